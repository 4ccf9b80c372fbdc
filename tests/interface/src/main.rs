//! Lists the public interface of a crate, an item a line, from the JSON that rustdoc writes.

use public_api::Builder;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let json = std::env::args_os().nth(1).ok_or("interface FILE.json")?;
    // Traits that the compiler gives to every type are no decision of the crate.
    for item in Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()?
        .items()
    {
        println!("{item}");
    }
    Ok(())
}
