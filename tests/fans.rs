//! Fans of each layout: cases computed by hand, beside those in the tables of the guide (`tables.rs`). `properties.rs` has
//! layouts of axes.

use ndarray_init::{AxisRole, FanMode, Fans, InitError, Layout};

type Checked = Result<(), InitError>;
/// A layout, a shape, its fan_in and its fan_out.
type Row<'a> = (Layout, &'a [usize], usize, usize);

#[track_caller]
fn check(rows: &[Row<'_>]) {
    for (layout, shape, fan_in, fan_out) in rows {
        let fans = layout.fans(shape).unwrap_or_else(|error| panic!("{error}"));
        let expected = Fans { fan_in: *fan_in, fan_out: *fan_out };
        assert_eq!(fans, expected, "{layout:?} of {shape:?}");
    }
}

fn axes(input: &[isize], output: &[isize]) -> Layout {
    Layout::axes(input, output)
}

// --- keras, torch, depthwise --------------------------------------------------------------

#[test]
fn each_named_layout_has_its_order_of_axes() {
    let (keras, torch, depthwise) = (Layout::keras, Layout::torch, Layout::depthwise);
    check(&[
        // The channels last, and in before out.
        (keras(), &[2, 3, 4, 32, 64], 24 * 32, 24 * 64),
        // Every shape has fans.
        (keras(), &[], 1, 1),
        (keras(), &[7], 7, 7),
        (keras(), &[0], 0, 0),
        // The channels first, and out before in.
        (torch(), &[64, 32, 2, 3, 4], 24 * 32, 24 * 64),
        // One input channel.
        (depthwise(), &[3, 3, 32, 1], 9, 9),
        (depthwise(), &[3, 3, 32, 4], 9, 36),
        (depthwise(), &[32, 2], 1, 2),
        // Conv2d(32, 64, 3, groups=32): each channel gives two.
        (torch().groups(32), &[64, 1, 3, 3], 9, 18),
    ]);
}

#[test]
fn roles_are_those_of_the_layer_transposed_or_not() -> Checked {
    use AxisRole::{Batch, Input, InputAndOutput, Output, ReceptiveField};
    let heads = Layout::einsum("btd,dhk->bthk")?;
    let rows: [(Layout, &[usize], &[AxisRole]); 12] = [
        (Layout::keras(), &[], &[]),
        (Layout::keras(), &[7], &[InputAndOutput]),
        (Layout::keras(), &[3, 4, 5], &[ReceptiveField, Input, Output]),
        (Layout::keras().transposed(), &[3, 4, 5], &[ReceptiveField, Output, Input]),
        (Layout::torch(), &[4, 5, 3], &[Output, Input, ReceptiveField]),
        (Layout::torch().transposed(), &[4, 5, 3], &[Input, Output, ReceptiveField]),
        (Layout::keras().batch(&[0]), &[8, 4, 5], &[Batch, Input, Output]),
        (Layout::depthwise(), &[3, 4, 2], &[ReceptiveField, Batch, Output]),
        (axes(&[0], &[-1]).transposed(), &[4, 3, 5], &[Output, ReceptiveField, Input]),
        (heads.clone(), &[4, 2, 3], &[Input, Output, Output]),
        (heads.transposed(), &[4, 2, 3], &[Output, Input, Input]),
        // Query, key and value.
        (
            Layout::einsum("btd,cdhk->cbthk")?.batch(&[-4]),
            &[3, 512, 8, 64],
            &[Batch, Input, Output, Output],
        ),
    ];
    for (layout, shape, roles) in rows {
        assert_eq!(layout.roles(shape)?, roles, "{layout:?} of {shape:?}");
    }
    assert!(Layout::torch().roles(&[3]).is_err());
    Ok(())
}

// --- batch ----------------------------------------------------------------------------------

#[test]
fn stacked_kernels_have_the_fans_of_one() -> Checked {
    check(&[
        // Eight dense kernels from 512 to 2048, by the equation.
        (Layout::einsum("etd,edf->etf")?, &[8, 512, 2048], 512, 2048),
        // Eight convolutions, and eight depthwise ones.
        (Layout::keras().batch(&[0]), &[8, 3, 3, 32, 64], 9 * 32, 9 * 64),
        (Layout::torch().batch(&[0]), &[8, 64, 32, 3, 3], 9 * 32, 9 * 64),
        (Layout::depthwise().batch(&[0]), &[8, 3, 3, 32, 2], 9, 18),
        // An output axis of an equation may be a batch axis: query, key and value.
        (Layout::einsum("btd,cdhk->cbthk")?.batch(&[-4]), &[3, 512, 8, 64], 512, 512),
        (Layout::einsum("ebi,eiop->ebop")?.batch(&[2]), &[7, 3, 2, 5], 3, 5),
        // Keras' rule for vectors counts the axes that the batch leaves.
        (Layout::keras().batch(&[0]), &[8], 1, 1),
        (Layout::keras().batch(&[0]), &[8, 7], 7, 7),
        (Layout::keras().batch(&[1]), &[7, 8], 7, 7),
        // Batch axes add up.
        (Layout::keras().batch(&[0]).batch(&[-3]), &[8, 2, 512, 64], 512, 64),
    ]);
    assert_eq!(Layout::keras().batch(&[0]).batch(&[-3]), Layout::keras().batch(&[0, -3]));
    assert_eq!(Layout::torch().batch(&[]), Layout::torch());
    for axis in 0..4 {
        let (mut keras, mut torch) = (vec![5, 32, 64], vec![64, 32, 5]);
        keras.insert(axis as usize, 8);
        torch.insert(axis as usize, 8);
        for name in [axis, axis - 4] {
            check(&[
                (Layout::keras().batch(&[name]), &keras, 5 * 32, 5 * 64),
                (Layout::torch().batch(&[name]), &torch, 5 * 32, 5 * 64),
            ]);
        }
    }
    Ok(())
}

// --- transposed, groups ---------------------------------------------------------------------

#[test]
fn a_transposed_convolution_swaps_the_roles_and_groups_divide_the_stored_output_axis() -> Checked {
    let (keras, torch) = (Layout::keras, Layout::torch);
    check(&[
        // From 64 channels to 32: Keras stores (spatial…, out, in), PyTorch (in, out, spatial…).
        (keras().transposed(), &[3, 3, 32, 64], 9 * 64, 9 * 32),
        (torch().transposed(), &[64, 32, 3, 3], 9 * 64, 9 * 32),
        (Layout::depthwise().transposed(), &[3, 3, 32, 2], 18, 9),
        (Layout::einsum("bd,dk->bk")?.transposed(), &[3, 5], 5, 3),
        // 64 channels to 128 in four groups: each output channel sees 16, each input channel 32.
        (axes(&[0], &[1]).groups(4), &[16, 128, 3], 3 * 16, 3 * 32),
        // Transposed, PyTorch stores (in, out / groups, spatial…).
        (torch().transposed().groups(4), &[64, 32, 3, 3], 9 * 16, 9 * 32),
        (keras().transposed().groups(4), &[3, 3, 32, 64], 9 * 16, 9 * 32),
        // Four groups of 2 · 6 / 4 = 3 channels, though 4 divides neither axis.
        (axes(&[0], &[1, 2]).groups(4), &[5, 2, 6], 5, 3),
        // Stacked.
        (torch().batch(&[0]).transposed().groups(4), &[8, 64, 32, 3, 3], 9 * 16, 9 * 32),
        (keras().batch(&[0]).transposed().groups(4), &[8, 3, 3, 32, 64], 9 * 16, 9 * 32),
    ]);
    assert_eq!(torch().transposed().transposed(), torch());
    assert_eq!(torch().groups(1), torch());
    // The last number holds.
    assert_eq!(torch().groups(3).groups(2), torch().groups(2));
    assert_eq!(
        torch().groups(4).transposed().batch(&[0]),
        torch().batch(&[0]).transposed().groups(4)
    );
    Ok(())
}

// --- attention and equations ----------------------------------------------------------------

#[test]
fn attention_projections_have_the_fans_of_their_dense_form() -> Checked {
    check(&[
        // (model, heads, head size) and back: as dense kernels, 512 × 384 and 384 × 512.
        (Layout::einsum("btd,dhk->bthk")?, &[512, 6, 64], 512, 384),
        (Layout::einsum("bthk,hkd->btd")?, &[6, 64, 512], 384, 512),
        (axes(&[0], &[1, 2]), &[512, 6, 64], 512, 384),
        (axes(&[0, 1], &[2]), &[6, 64, 512], 384, 512),
        // Keras' own layout takes the model axis for a receptive field.
        (Layout::keras(), &[512, 6, 64], 512 * 6, 512 * 64),
        // One 64 × 32 kernel for each of 6 heads: the head is in both operands and in the result.
        (Layout::einsum("bthk,hkl->bthl")?, &[6, 64, 32], 64, 32),
        // Heads that all read the same 512: one kernel to an equation, six to a batch axis.
        (Layout::einsum("btd,hdk->bthk")?, &[6, 512, 64], 512, 6 * 64),
        (axes(&[1], &[2]).batch(&[0]), &[6, 512, 64], 512, 64),
        // Query, key and value along an axis of three: three kernels, but one to an equation.
        (axes(&[0], &[2, 3]).batch(&[1]), &[512, 3, 8, 64], 512, 512),
        (Layout::einsum("btd,dchk->cbthk")?, &[512, 3, 8, 64], 512, 3 * 512),
        // Packed along the output axis, as PyTorch's in_proj_weight is: three groups.
        (Layout::torch().groups(3), &[3 * 512, 512], 512, 512),
        // Without saying so, it is one kernel to three times as many units.
        (Layout::torch(), &[3 * 512, 512], 512, 3 * 512),
    ]);
    Ok(())
}

#[test]
fn an_equation_says_which_axes_are_summed() -> Checked {
    check(&[
        (Layout::einsum("bi,io->bo")?, &[3, 5], 3, 5),
        (Layout::einsum("bi,oi->bo")?, &[3, 5], 5, 3),
        (Layout::einsum("bi,i->b")?, &[7], 7, 1),
        (Layout::einsum("bi,i->bi")?, &[7], 1, 1),
        (Layout::einsum("b,o->bo")?, &[7], 1, 7),
        (Layout::einsum("b,->b")?, &[], 1, 1),
        (Layout::einsum("abc,abc->")?, &[2, 3, 5], 30, 1),
        // The first operand and the result may have an ellipsis.
        (Layout::einsum("...d,dhk->...hk")?, &[512, 6, 64], 512, 384),
        (Layout::einsum("...hk,hkd->...d")?, &[6, 64, 512], 384, 512),
        (Layout::einsum("b...,ij->bij...")?, &[3, 5], 1, 15),
        // Spaces, and a letter's case, which tells axes apart.
        (Layout::einsum(" b t d , d h k -> b t h k ")?, &[512, 6, 64], 512, 384),
        (Layout::einsum("bD,Dd->bd")?, &[3, 5], 3, 5),
    ]);
    Ok(())
}

// --- sizes ----------------------------------------------------------------------------------

#[test]
fn fans_of_axes_without_elements_and_of_the_largest_axes_are_right() -> Checked {
    let (half, huge) = (1 << (usize::BITS / 2), usize::MAX);
    check(&[
        // An axis of zero makes the fans that count it zero.
        (Layout::keras(), &[4, 0], 4, 0),
        (Layout::keras(), &[0, 3, 5], 0, 0),
        (Layout::torch(), &[3, 5, 0], 0, 0),
        (Layout::keras().batch(&[0]), &[0, 3, 5], 3, 5),
        (Layout::depthwise(), &[3, 0, 2], 3, 6),
        (Layout::einsum("bi,io->bo")?, &[0, 5], 0, 5),
        // Any number of groups divides 0 channels.
        (Layout::torch().groups(4), &[0, 16, 3], 3 * 16, 0),
        // A factor of zero ends a product that would overflow.
        (axes(&[0, 1, 2], &[3]), &[huge, huge, 0, 5], 0, 5),
        // Fans are below the largest number.
        (Layout::keras(), &[huge - 1, huge - 1], huge - 1, huge - 1),
        (Layout::keras(), &[huge - 1, 1, 1], huge - 1, huge - 1),
        (Layout::keras(), &[half, half - 1, 1], half * (half - 1), half),
        // Axes in no fan cannot overflow one.
        (Layout::keras().batch(&[0, 1]), &[huge, huge, 3, 5], 3, 5),
        (Layout::einsum("efbi,efio->efbo")?, &[huge, huge, 3, 5], 3, 5),
        (Layout::depthwise(), &[3, huge, 5], 3, 15),
    ]);
    // Either fan, or a factor of theirs, overflows.
    let overflowing: [(Layout, &[usize]); 9] = [
        (Layout::keras(), &[huge, 1]),
        // 5 divides the largest number.
        (axes(&[2], &[0, 1]).groups(5), &[half, half, 1]),
        (Layout::keras(), &[half, half, 1]),
        (Layout::keras(), &[half, half, 1, 1]),
        (Layout::torch(), &[1, 2, huge]),
        (Layout::depthwise(), &[huge, 1, 2]),
        (axes(&[0, 1], &[]), &[huge, huge]),
        (Layout::einsum("abc,abc->")?, &[huge, huge, huge]),
        (Layout::keras().transposed(), &[2, 1, huge]),
    ];
    for (layout, shape) in overflowing {
        let error = layout.fans(shape).expect_err("this must be an error").to_string();
        assert!(error.contains("fans must be below"), "{layout:?} of {shape:?}: {error}");
    }
    Ok(())
}

// --- n --------------------------------------------------------------------------------------

#[test]
fn the_mode_chooses_what_the_variance_is_divided_by() {
    use FanMode::{FanAvg, FanGeoAvg, FanIn, FanOut};
    let huge = usize::MAX;
    let n = |fan_in, fan_out| {
        [FanIn, FanOut, FanAvg, FanGeoAvg].map(|mode| mode.n(Fans { fan_in, fan_out }))
    };
    assert_eq!(n(2, 32), [2.0, 32.0, 17.0, 8.0]);
    assert_eq!(n(2, 3)[2], 2.5);
    // It is at least 1, and finite.
    assert_eq!([n(0, 0), n(0, 1), n(1, 0)], [[1.0; 4]; 3]);
    assert_eq!(n(huge, huge), [huge as f64; 4]);
}
