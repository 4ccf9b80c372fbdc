//! Fans of each layout: cases computed by hand.

use ndarray_init::{AxisRole, FanMode, Fans, InitError, Layout, VarianceScaling};

type Checked = Result<(), InitError>;

/// Asserts the fans of a kernel.
#[track_caller]
fn check(layout: &Layout, shape: &[usize], fan_in: usize, fan_out: usize) {
    let fans = layout.fans(shape).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(fans, Fans { fan_in, fan_out }, "{layout:?} of {shape:?}");
}

// --- keras, torch, depthwise --------------------------------------------------------------

#[test]
fn keras_has_the_channels_last_and_in_before_out() {
    let layout = Layout::keras();
    check(&layout, &[784, 256], 784, 256);
    check(&layout, &[5, 32, 64], 5 * 32, 5 * 64);
    check(&layout, &[3, 3, 32, 64], 9 * 32, 9 * 64);
    check(&layout, &[2, 3, 4, 32, 64], 24 * 32, 24 * 64);
}

#[test]
fn keras_gives_every_shape_fans() {
    let layout = Layout::keras();
    check(&layout, &[], 1, 1);
    check(&layout, &[7], 7, 7);
    check(&layout, &[0], 0, 0);
    check(&layout, &[1, 1], 1, 1);
}

#[test]
fn keras_is_the_default() {
    assert_eq!(Layout::default(), Layout::keras());
    assert_eq!(VarianceScaling::default().layout(), &Layout::keras());
    assert_eq!(VarianceScaling::he_normal().layout(), &Layout::keras());
}

#[test]
fn presets_have_the_layout_of_the_framework_that_names_them() {
    use VarianceScaling as V;
    for keras in [V::glorot_uniform(), V::glorot_normal(), V::he_uniform(), V::he_normal()] {
        assert_eq!(keras.layout(), &Layout::keras());
    }
    for torch in
        [V::xavier_uniform(), V::xavier_normal(), V::kaiming_uniform(), V::kaiming_normal()]
    {
        assert_eq!(torch.layout(), &Layout::torch());
    }
    // torch.nn.init.kaiming_normal_ of PyTorch 2.15 has 0.0589 for this shape.
    let law = V::kaiming_normal().law(&[128, 64, 3, 3]).unwrap();
    assert!((law.std_dev() - 0.0589).abs() < 5e-5);
}

#[test]
fn roles_are_those_of_the_layer_transposed_or_not() {
    use AxisRole::{Batch, Input, InputAndOutput, Output, ReceptiveField};
    let roles = |layout: Layout, shape: &[usize]| layout.roles(shape).unwrap();
    assert_eq!(roles(Layout::keras(), &[]), []);
    assert_eq!(roles(Layout::keras(), &[7]), [InputAndOutput]);
    assert_eq!(roles(Layout::keras(), &[3, 4, 5]), [ReceptiveField, Input, Output]);
    assert_eq!(roles(Layout::keras().transposed(), &[3, 4, 5]), [ReceptiveField, Output, Input]);
    assert_eq!(roles(Layout::torch(), &[4, 5, 3]), [Output, Input, ReceptiveField]);
    assert_eq!(roles(Layout::torch().transposed(), &[4, 5, 3]), [Input, Output, ReceptiveField]);
    assert_eq!(roles(Layout::torch().transposed().transposed(), &[4, 5]), [Output, Input]);
    assert_eq!(roles(Layout::keras().batch(&[0]), &[8, 4, 5]), [Batch, Input, Output]);
    assert_eq!(roles(Layout::depthwise(), &[3, 4, 2]), [ReceptiveField, Batch, Output]);
    assert_eq!(
        roles(Layout::axes(&[0], &[-1]).transposed(), &[4, 3, 5]),
        [Output, ReceptiveField, Input]
    );
    let heads = Layout::einsum("btd,dhk->bthk").unwrap();
    assert_eq!(roles(heads.clone(), &[4, 2, 3]), [Input, Output, Output]);
    assert_eq!(roles(heads.transposed(), &[4, 2, 3]), [Output, Input, Input]);
    assert!(Layout::torch().roles(&[3]).is_err());
}

#[test]
fn torch_has_the_channels_first_and_out_before_in() {
    let layout = Layout::torch();
    check(&layout, &[256, 784], 784, 256);
    check(&layout, &[64, 32, 5], 5 * 32, 5 * 64);
    check(&layout, &[64, 32, 3, 3], 9 * 32, 9 * 64);
    check(&layout, &[64, 32, 2, 3, 4], 24 * 32, 24 * 64);
}

#[test]
fn one_shape_has_other_fans_in_another_layout() {
    let shape = [128, 64, 3, 5];
    check(&Layout::keras(), &shape, 128 * 64 * 3, 128 * 64 * 5);
    check(&Layout::torch(), &shape, 15 * 64, 15 * 128);
    check(&Layout::depthwise(), &shape, 128 * 64, 128 * 64 * 5);
    check(&Layout::axes(&[1], &[0]), &shape, 15 * 64, 15 * 128);
}

#[test]
fn depthwise_counts_one_channel() {
    let layout = Layout::depthwise();
    check(&layout, &[3, 3, 32, 1], 9, 9);
    check(&layout, &[3, 3, 32, 4], 9, 36);
    check(&layout, &[5, 32, 2], 5, 10);
    check(&layout, &[32, 2], 1, 2);
}

#[test]
fn torch_depthwise_is_a_grouped_convolution_of_as_many_groups_as_channels() {
    // Conv2d(32, 64, 3, groups=32): each channel gives two.
    check(&Layout::torch().groups(32), &[64, 1, 3, 3], 9, 18);
    check(&Layout::depthwise(), &[3, 3, 32, 2], 9, 18);
}

// --- axes -----------------------------------------------------------------------------------

#[test]
fn axes_without_a_role_are_the_receptive_field() {
    check(&Layout::axes(&[1], &[3]), &[2, 3, 5, 7], 10 * 3, 10 * 7);
    check(&Layout::axes(&[0], &[]), &[3, 5], 5 * 3, 5);
    check(&Layout::axes(&[], &[0]), &[3, 5], 5, 5 * 3);
    check(&Layout::axes(&[], &[]), &[3, 5], 15, 15);
}

#[test]
fn several_axes_of_a_role_are_multiplied() {
    check(&Layout::axes(&[0, 2], &[1, 3]), &[2, 3, 5, 7], 10, 21);
    check(&Layout::axes(&[2, 0], &[3, 1]), &[2, 3, 5, 7], 10, 21);
}

#[test]
fn negative_axes_count_from_the_end() {
    for rank in 2..6 {
        let shape = &[2, 3, 5, 7, 11][..rank];
        assert_eq!(Layout::axes(&[-2], &[-1]).fans(shape), Layout::keras().fans(shape));
    }
    check(&Layout::axes(&[-4], &[2]), &[2, 3, 5, 7], 21 * 2, 21 * 5);
    check(&Layout::axes(&[-2], &[-1]).batch(&[-3]), &[2, 3, 5, 7], 2 * 5, 2 * 7);
}

#[test]
fn axes_can_say_what_the_named_layouts_say() {
    let shape = [2, 3, 5, 7];
    assert_eq!(Layout::axes(&[1], &[0]).fans(&shape), Layout::torch().fans(&shape));
    let depthwise = Layout::axes(&[], &[-1]).batch(&[-2]);
    assert_eq!(depthwise.fans(&shape), Layout::depthwise().fans(&shape));
}

#[test]
fn a_scalar_or_a_vector_can_have_any_role() {
    check(&Layout::axes(&[], &[]), &[], 1, 1);
    check(&Layout::axes(&[0], &[]), &[7], 7, 1);
    check(&Layout::axes(&[], &[0]), &[7], 1, 7);
    check(&Layout::axes(&[], &[]).batch(&[0]), &[7], 1, 1);
}

// --- batch ----------------------------------------------------------------------------------

#[test]
fn stacked_experts_have_the_fans_of_one() -> Checked {
    // Eight dense kernels from 512 to 2048.
    check(&Layout::keras().batch(&[0]), &[8, 512, 2048], 512, 2048);
    check(&Layout::torch().batch(&[0]), &[8, 2048, 512], 512, 2048);
    check(&Layout::axes(&[1], &[2]).batch(&[0]), &[8, 512, 2048], 512, 2048);
    check(&Layout::einsum("etd,edf->etf")?, &[8, 512, 2048], 512, 2048);
    // Eight convolutions, and eight depthwise ones.
    check(&Layout::keras().batch(&[0]), &[8, 3, 3, 32, 64], 9 * 32, 9 * 64);
    check(&Layout::torch().batch(&[0]), &[8, 64, 32, 3, 3], 9 * 32, 9 * 64);
    check(&Layout::depthwise().batch(&[0]), &[8, 3, 3, 32, 2], 9, 18);
    Ok(())
}

#[test]
fn the_batch_axis_may_lie_anywhere() {
    for axis in 0..4 {
        for name in [axis, axis - 4] {
            let mut keras = vec![5, 32, 64];
            keras.insert(axis as usize, 8);
            check(&Layout::keras().batch(&[name]), &keras, 5 * 32, 5 * 64);
            let mut torch = vec![64, 32, 5];
            torch.insert(axis as usize, 8);
            check(&Layout::torch().batch(&[name]), &torch, 5 * 32, 5 * 64);
        }
    }
}

#[test]
fn batch_axes_add_up() {
    let layout = Layout::keras().batch(&[0]).batch(&[-3]);
    assert_eq!(layout, Layout::keras().batch(&[0, -3]));
    check(&layout, &[8, 2, 512, 64], 512, 64);
    assert_eq!(Layout::torch().batch(&[]), Layout::torch());
}

#[test]
fn an_output_axis_of_an_equation_may_be_a_batch_axis() -> Checked {
    // Query, key and value.
    let packed = Layout::einsum("btd,cdhk->cbthk")?.batch(&[-4]);
    check(&packed, &[3, 512, 8, 64], 512, 512);
    assert_eq!(packed.roles(&[3, 512, 8, 64])?[..2], [AxisRole::Batch, AxisRole::Input]);
    check(&Layout::einsum("ebi,eiop->ebop")?.batch(&[2]), &[7, 3, 2, 5], 3, 5);
    Ok(())
}

#[test]
fn keras_reads_the_axes_that_the_batch_leaves() {
    check(&Layout::keras().batch(&[0]), &[8], 1, 1);
    check(&Layout::keras().batch(&[0]), &[8, 7], 7, 7);
    check(&Layout::keras().batch(&[1]), &[7, 8], 7, 7);
}

// --- transposed, groups ---------------------------------------------------------------------

#[test]
fn a_transposed_convolution_swaps_the_roles() -> Checked {
    // From 64 channels to 32: Keras stores (spatial…, out, in), PyTorch (in, out, spatial…).
    check(&Layout::keras().transposed(), &[3, 3, 32, 64], 9 * 64, 9 * 32);
    check(&Layout::torch().transposed(), &[64, 32, 3, 3], 9 * 64, 9 * 32);
    check(&Layout::depthwise().transposed(), &[3, 3, 32, 2], 18, 9);
    check(&Layout::axes(&[0], &[1]).transposed(), &[3, 5], 5, 3);
    check(&Layout::einsum("bd,dk->bk")?.transposed(), &[3, 5], 5, 3);
    Ok(())
}

#[test]
fn transposed_twice_is_not_transposed() {
    assert_eq!(Layout::torch().transposed().transposed(), Layout::torch());
}

#[test]
fn groups_divide_the_output_axis_of_a_convolution() {
    // 64 channels to 128 in four groups: each output channel sees 16, each input channel 32.
    check(&Layout::torch().groups(4), &[128, 16, 3, 3], 9 * 16, 9 * 32);
    check(&Layout::keras().groups(4), &[3, 3, 16, 128], 9 * 16, 9 * 32);
    check(&Layout::axes(&[0], &[1]).groups(4), &[16, 128, 3], 3 * 16, 3 * 32);
}

#[test]
fn groups_divide_the_input_axis_of_a_transposed_convolution() {
    // 64 channels to 128 in four groups: PyTorch stores (in, out / groups, spatial…).
    check(&Layout::torch().transposed().groups(4), &[64, 32, 3, 3], 9 * 16, 9 * 32);
    check(&Layout::keras().transposed().groups(4), &[3, 3, 32, 64], 9 * 16, 9 * 32);
}

#[test]
fn one_group_is_none() {
    assert_eq!(Layout::torch().groups(1), Layout::torch());
    // The last word holds.
    assert_eq!(Layout::torch().groups(3).groups(2), Layout::torch().groups(2));
}

#[test]
fn groups_divide_the_product_of_the_output_axes() {
    // Four groups of 2 · 6 / 4 = 3 channels, though 4 divides neither axis.
    check(&Layout::axes(&[0], &[1, 2]).groups(4), &[5, 2, 6], 5, 3);
}

#[test]
fn stacked_grouped_transposed_kernels() {
    let layout = Layout::torch().batch(&[0]).transposed().groups(4);
    check(&layout, &[8, 64, 32, 3, 3], 9 * 16, 9 * 32);
    // In whatever order it is said.
    assert_eq!(Layout::torch().groups(4).transposed().batch(&[0]), layout);
    let layout = Layout::keras().batch(&[0]).transposed().groups(4);
    check(&layout, &[8, 3, 3, 32, 64], 9 * 16, 9 * 32);
}

// --- attention ------------------------------------------------------------------------------

#[test]
fn attention_projections_have_the_fans_of_their_dense_form() -> Checked {
    // (model, heads, head size) and back: as dense kernels, 512 × 384 and 384 × 512.
    let (into, back) = (Layout::einsum("btd,dhk->bthk")?, Layout::einsum("bthk,hkd->btd")?);
    check(&into, &[512, 6, 64], 512, 384);
    check(&back, &[6, 64, 512], 384, 512);
    check(&Layout::axes(&[0], &[1, 2]), &[512, 6, 64], 512, 384);
    check(&Layout::axes(&[0, 1], &[2]), &[6, 64, 512], 384, 512);
    // Keras' own layout takes the model axis for a receptive field.
    check(&Layout::keras(), &[512, 6, 64], 512 * 6, 512 * 64);
    Ok(())
}

#[test]
fn per_head_kernels_have_the_fans_of_one_head() -> Checked {
    // One 64 × 32 kernel for each of 6 heads: the head is in both operands and in the result.
    check(&Layout::einsum("bthk,hkl->bthl")?, &[6, 64, 32], 64, 32);
    check(&Layout::axes(&[1], &[2]).batch(&[0]), &[6, 64, 32], 64, 32);
    // Heads that all read the same 512: one kernel to an equation, six to a batch axis.
    check(&Layout::einsum("btd,hdk->bthk")?, &[6, 512, 64], 512, 6 * 64);
    check(&Layout::axes(&[1], &[2]).batch(&[0]), &[6, 512, 64], 512, 64);
    Ok(())
}

#[test]
fn packed_query_key_value_kernels_have_the_fans_of_one_of_them() {
    // An axis of three: three kernels.
    check(&Layout::axes(&[0], &[2, 3]).batch(&[1]), &[512, 3, 8, 64], 512, 512);
    check(&Layout::keras().batch(&[0]), &[3, 512, 512], 512, 512);
    // Packed along the output axis, as PyTorch's in_proj_weight is: three groups.
    check(&Layout::torch().groups(3), &[3 * 512, 512], 512, 512);
    check(&Layout::keras().groups(3), &[512, 3 * 512], 512, 512);
    // Without saying so, it is one kernel to three times as many units.
    check(&Layout::torch(), &[3 * 512, 512], 512, 3 * 512);
}

#[test]
fn packed_axes_of_an_equation_are_outputs() -> Checked {
    check(&Layout::einsum("btd,dchk->cbthk")?, &[512, 3, 8, 64], 512, 3 * 512);
    Ok(())
}

// --- einsum ---------------------------------------------------------------------------------

#[test]
fn an_equation_says_which_axes_are_summed() -> Checked {
    check(&Layout::einsum("bi,io->bo")?, &[3, 5], 3, 5);
    check(&Layout::einsum("bi,oi->bo")?, &[3, 5], 5, 3);
    check(&Layout::einsum("bi,i->b")?, &[7], 7, 1);
    check(&Layout::einsum("bi,i->bi")?, &[7], 1, 1);
    check(&Layout::einsum("b,o->bo")?, &[7], 1, 7);
    check(&Layout::einsum("b,->b")?, &[], 1, 1);
    check(&Layout::einsum("abc,abc->")?, &[2, 3, 5], 30, 1);
    Ok(())
}

#[test]
fn the_first_operand_and_the_result_may_have_an_ellipsis() -> Checked {
    check(&Layout::einsum("...d,dhk->...hk")?, &[512, 6, 64], 512, 384);
    check(&Layout::einsum("...hk,hkd->...d")?, &[6, 64, 512], 384, 512);
    check(&Layout::einsum("b...,ij->bij...")?, &[3, 5], 1, 15);
    Ok(())
}

#[test]
fn spaces_and_upper_case_are_read() -> Checked {
    check(&Layout::einsum(" b t d , d h k -> b t h k ")?, &[512, 6, 64], 512, 384);
    // A letter's case tells axes apart.
    check(&Layout::einsum("bD,Dd->bd")?, &[3, 5], 3, 5);
    Ok(())
}

// --- sizes ----------------------------------------------------------------------------------

#[test]
fn an_axis_of_zero_makes_the_fans_that_count_it_zero() -> Checked {
    check(&Layout::keras(), &[0, 4], 0, 4);
    check(&Layout::keras(), &[4, 0], 4, 0);
    check(&Layout::keras(), &[0, 3, 5], 0, 0);
    check(&Layout::torch(), &[0, 4], 4, 0);
    check(&Layout::torch(), &[3, 5, 0], 0, 0);
    check(&Layout::keras().batch(&[0]), &[0, 3, 5], 3, 5);
    check(&Layout::depthwise(), &[3, 0, 2], 3, 6);
    check(&Layout::einsum("bi,io->bo")?, &[0, 5], 0, 5);
    // Nothing can be divided by any number but nothing.
    check(&Layout::torch().groups(4), &[0, 16, 3], 3 * 16, 0);
    Ok(())
}

#[test]
fn fans_reach_the_largest_number() {
    check(&Layout::keras(), &[usize::MAX, usize::MAX], usize::MAX, usize::MAX);
    check(&Layout::keras(), &[usize::MAX], usize::MAX, usize::MAX);
    check(&Layout::keras(), &[usize::MAX, 1, 1], usize::MAX, usize::MAX);
    let half = 1 << (usize::BITS / 2);
    check(&Layout::keras(), &[half, half - 1, 1], half * (half - 1), half);
}

#[test]
fn fans_that_overflow_are_an_error() -> Checked {
    let overflow = |layout: &Layout, shape: &[usize]| {
        let error = layout.fans(shape).expect_err("this must be an error").to_string();
        assert!(error.contains("fans are larger than"), "{error}");
    };
    let (half, huge) = (1 << (usize::BITS / 2), usize::MAX);
    // Either fan, or a factor of theirs.
    overflow(&Layout::keras(), &[half, half, 1]);
    overflow(&Layout::keras(), &[half, 1, half]);
    overflow(&Layout::keras(), &[half, half, 1, 1]);
    overflow(&Layout::torch(), &[1, 2, huge]);
    overflow(&Layout::torch(), &[2, 1, huge]);
    overflow(&Layout::depthwise(), &[huge, 1, 2]);
    overflow(&Layout::axes(&[0, 1], &[]), &[huge, huge]);
    overflow(&Layout::einsum("abc,abc->")?, &[huge, huge, huge]);
    overflow(&Layout::keras().transposed(), &[2, 1, huge]);
    Ok(())
}

#[test]
fn axes_in_no_fan_cannot_overflow_one() -> Checked {
    let huge = usize::MAX;
    check(&Layout::keras().batch(&[0, 1]), &[huge, huge, 3, 5], 3, 5);
    check(&Layout::einsum("efbi,efio->efbo")?, &[huge, huge, 3, 5], 3, 5);
    check(&Layout::depthwise(), &[3, huge, 5], 3, 15);
    Ok(())
}

#[test]
fn a_factor_of_zero_ends_a_product_that_would_overflow() {
    check(&Layout::axes(&[0, 1, 2], &[3]), &[usize::MAX, usize::MAX, 0, 5], 0, 5);
}

// --- n --------------------------------------------------------------------------------------

#[test]
fn the_mode_chooses_what_the_variance_is_divided_by() {
    let fans = Fans { fan_in: 2, fan_out: 32 };
    assert_eq!(FanMode::FanIn.n(fans), 2.0);
    assert_eq!(FanMode::FanOut.n(fans), 32.0);
    assert_eq!(FanMode::FanAvg.n(fans), 17.0);
    assert_eq!(FanMode::FanGeoAvg.n(fans), 8.0);
    assert_eq!(FanMode::FanAvg.n(Fans { fan_in: 2, fan_out: 3 }), 2.5);
}

#[test]
fn n_is_at_least_one() {
    for fans in [(0, 0), (0, 1), (1, 0)] {
        for mode in [FanMode::FanIn, FanMode::FanOut, FanMode::FanAvg, FanMode::FanGeoAvg] {
            assert_eq!(mode.n(Fans { fan_in: fans.0, fan_out: fans.1 }), 1.0, "{mode:?}");
        }
    }
}

#[test]
fn n_of_the_largest_fans_is_finite() {
    let fans = Fans { fan_in: usize::MAX, fan_out: usize::MAX };
    for mode in [FanMode::FanIn, FanMode::FanOut, FanMode::FanAvg, FanMode::FanGeoAvg] {
        assert_eq!(mode.n(fans), usize::MAX as f64, "{mode:?}");
    }
}

#[test]
fn a_configuration_has_the_fans_of_its_layout() -> Checked {
    let shape = [64, 32, 3, 3];
    let configuration = VarianceScaling::he_normal().with_layout(Layout::torch());
    assert_eq!(configuration.fans(&shape), Layout::torch().fans(&shape));
    // v = 2 / (9 · 32).
    assert_eq!(configuration.law(&shape)?.std_dev(), (2.0_f64 / (9.0 * 32.0)).sqrt());
    Ok(())
}
