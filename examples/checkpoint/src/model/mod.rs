//! A model's tensors, each with its values. The constructors check them.

mod list;
mod values;

use crate::dtype::Dtype;
use list::{Entries, Entry, List};
use ndarray_init::Law;
use std::collections::{BTreeMap, HashMap};
use values::Place;
pub(crate) use values::Values;

/// The tensors of one list.
pub(crate) struct Model {
    /// Its name, for people.
    pub(crate) name: Option<String>,
    /// The programs that the list was recorded from.
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) tensors: Vec<Tensor>,
    /// Names that stand for another tensor, with that one's name. Nothing is written for them.
    pub(crate) ties: Vec<(String, String)>,
}

/// One tensor. [`Tensor::new`] checks that it can be filled.
pub(crate) struct Tensor {
    pub(crate) name: String,
    /// The name that the key is forked by: another one, if the values are another tensor's.
    pub(crate) key_name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: Dtype,
    pub(crate) values: Values,
    /// The law of the values; a constant has none.
    pub(crate) law: Option<Law>,
}

impl Model {
    /// Reads a list. With a dtype, tensors whose entries name none have this one instead of the list's.
    pub(crate) fn parse(text: &str, dtype: Option<Dtype>) -> Result<Self, String> {
        let list: List = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Entries(entries) = &list.tensors;
        if entries.is_empty() {
            return Err("the list has no tensors: there is nothing to initialize".into());
        }
        let unused = list.initializers.unused(entries.iter().map(|(name, _)| name.as_str()));
        if let Some(pattern) = unused.first() {
            return Err(format!("pattern {pattern:?} gives no tensor its initializer"));
        }
        let listed = list.dtype.unwrap_or(Dtype::F32);
        let context = Context {
            list: &list,
            by_name: entries.iter().map(|(name, entry)| (name.as_str(), entry)).collect(),
            listed,
            written: dtype.unwrap_or(listed),
        };
        let (mut tensors, mut ties) = (Vec::new(), Vec::new());
        for (name, entry) in entries {
            let wrong = |error| format!("tensor {name:?}: {error}");
            let of = context.origin(name, entry).map_err(wrong)?;
            if entry.tied_to.is_some() {
                ties.push((name.clone(), of.to_owned()));
            } else {
                tensors.push(Tensor::new(name, of, &context).map_err(wrong)?);
            }
        }
        let mut sizes = tensors.iter().map(Tensor::bytes);
        let bytes = sizes.try_fold(0, u64::checked_add);
        if bytes.is_none_or(|bytes| i64::try_from(bytes).is_err()) {
            return Err("the tensors together are larger than a file can be".into());
        }
        Ok(Self { name: list.model, versions: list.versions, tensors, ties })
    }

    pub(crate) fn elements(&self) -> u64 {
        self.tensors.iter().map(|tensor| tensor.elements() as u64).sum()
    }

    /// Of the tensors, without the headers of files.
    pub(crate) fn bytes(&self) -> u64 {
        self.tensors.iter().map(Tensor::bytes).sum()
    }
}

/// A list, as its entries need it.
struct Context<'a> {
    list: &'a List,
    by_name: HashMap<&'a str, &'a Entry>,
    /// The type of tensors that name none: in the list, and as they are written.
    listed: Dtype,
    written: Dtype,
}

impl<'a> Context<'a> {
    /// The name whose values an entry has: its own, or that at the end of `same_as` and `tied_to`.
    fn origin(&self, name: &'a str, entry: &'a Entry) -> Result<&'a str, String> {
        let (mut at, mut of) = (entry, name);
        let mut steps = 0;
        while let Some(target) = at.target() {
            of = target;
            at = self.by_name.get(of).ok_or_else(|| format!("there is no tensor {of:?}"))?;
            steps += 1;
            if steps > self.by_name.len() {
                return Err(format!("{of:?} has the values of this tensor: a circle"));
            }
        }
        let differs = |what, here: &str, there: &str| {
            Err(format!("its {what} is {here}, but that of {of:?} is {there}"))
        };
        if let (Some(here), Some(there)) = (&entry.shape, &at.shape)
            && here != there
        {
            return differs("shape", &format!("{here:?}"), &format!("{there:?}"));
        }
        let there = at.dtype.unwrap_or(self.listed);
        if let Some(here) = entry.dtype
            && (here, here) != self.dtypes(at)
        {
            return differs("dtype", &here.to_string(), &there.to_string());
        }
        Ok(of)
    }

    /// The types of an entry, in the list and as it is written.
    fn dtypes(&self, entry: &Entry) -> (Dtype, Dtype) {
        entry.dtype.map_or((self.listed, self.written), |dtype| (dtype, dtype))
    }
}

impl Tensor {
    /// Checks the values of the entry `of` for a tensor of this name.
    fn new(name: &str, of: &str, context: &Context<'_>) -> Result<Self, String> {
        let entry = context.by_name[of];
        let shape = entry.shape.clone().ok_or("the entry has no shape")?;
        let (listed, written) = context.dtypes(entry);
        check_size(&shape, listed.size().max(written.size()))?;
        let initializer = entry.initializer.as_ref();
        let initializer = initializer.or_else(|| context.list.initializers.initializer(of).ok());
        let initializer = initializer.ok_or(
            "it has no initializer, and no pattern matches its name. Write one into the entry, such as \
             {\"normal\": {\"std\": 0.02}}, or record the list with scripts/record.py",
        )?;
        let values = Values::read(initializer, &Place { shape: &shape, listed, written })?;
        let mut law = None;
        if let Values::Initializer(rule) = &values {
            if values.is_whole() {
                check_memory(&shape, written)?;
            }
            law = rule.law(&shape).map_err(|error| error.to_string())?;
            if !shape.contains(&0) {
                written.check(rule, &shape)?;
            }
        }
        let (name, key_name) = (name.to_owned(), of.to_owned());
        Ok(Self { name, key_name, shape, dtype: written, values, law })
    }

    pub(crate) fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    pub(crate) fn bytes(&self) -> u64 {
        (self.elements() * self.dtype.size()) as u64
    }
}

/// Checks that a file can hold the tensor.
fn check_size(shape: &[usize], size: usize) -> Result<(), String> {
    // Without the zeros, as the strides of an array without elements must fit as well.
    let mut sizes = shape.iter().copied().filter(|&n| n != 0);
    let bytes = sizes.try_fold(size, usize::checked_mul);
    match bytes.map(isize::try_from) {
        Some(Ok(_)) => Ok(()),
        _ => Err(format!("shape {shape:?} is larger than a file can be")),
    }
}

/// Checks that memory can hold a tensor that is made whole: to find out on the way could end the
/// program.
fn check_memory(shape: &[usize], dtype: Dtype) -> Result<(), String> {
    let bytes = shape.iter().product::<usize>() * dtype.size();
    let reserved = Vec::<u8>::new().try_reserve_exact(bytes);
    let error = |_| format!("shape {shape:?} is larger than memory, in which it is made whole");
    reserved.map_err(error)
}
