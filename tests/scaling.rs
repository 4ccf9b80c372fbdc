//! Laws by fans, depth, width and the layer's place: variance scaling at any cut, gains and laws of
//! transformers, muP, SIREN, and PyTorch's defaults.
//!
//! Seeds are fixed, so every outcome is too. Samples of moments are held to 3.29 of their own
//! standard deviations, which 999 of 1000 right generators are within.

use crate::common::{number, rows};
use ndarray_init::ndarray::{Array1, Array2, Array4, ArrayD, IxDyn};
use ndarray_init::{
    Distribution, FanMode, Fans, InitError, InitExt, Initializer, Key, Law, Layout, Mup, MupRole,
    Siren, TorchDefault, Uniform, VarianceScaling, depth_gain, residual_gain, small_init,
    wang_init,
};

const ROLES: [MupRole; 3] = [MupRole::Input, MupRole::Hidden, MupRole::Output];

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{found}, not {expected}");
}

#[track_caller]
fn bound(law: Result<Law, InitError>) -> f64 {
    let Law::Uniform(law) = law.unwrap() else { panic!("not uniform") };
    assert_eq!(law.low(), -law.high());
    law.high()
}

/// Elements stay between the bounds, reach both of them, and have the law's mean and variance.
#[track_caller]
fn assert_drawn(initializer: &impl Initializer<f32>, shape: &[usize], law: &Uniform) {
    let array = ArrayD::<f32>::init(IxDyn(shape), initializer, Key::new(3)).unwrap();
    let n = array.len() as f64;
    let array = array.mapv(|x| f64::from(x) / law.high());
    // A bound is rounded to f32 first.
    assert!(array.iter().all(|x| x.abs() <= 1.0 + 1e-7));
    assert!(array.iter().any(|&x| x > 1.0 - 20.0 / n) && array.iter().any(|&x| x < 20.0 / n - 1.0));
    // x² of U[−1, 1] has mean 1/3 and variance 4/45.
    let mean = array.sum() / n / (1.0 / (3.0 * n)).sqrt();
    let variance = (array.mapv(|x| x * x).sum() / n - 1.0 / 3.0) / (4.0 / (45.0 * n)).sqrt();
    assert!(mean.abs() < 3.29, "the mean is off by {mean}σ");
    assert!(variance.abs() < 3.29, "the variance is off by {variance}σ");
}

// --- fans and cuts --------------------------------------------------------------------------

/// The law of a shape is that of its fans, whichever layout has them.
#[test]
fn the_law_for_fans_is_that_of_every_kernel_with_these_fans() -> Result<(), InitError> {
    let fans = Fans { fan_in: 576, fan_out: 1152 };
    for preset in presets() {
        let law = preset.law_for(fans)?;
        assert_eq!(law, preset.clone().with_layout(Layout::keras()).law(&[3, 3, 64, 128])?);
        assert_eq!(law, preset.clone().with_layout(Layout::torch()).law(&[128, 64, 3, 3])?);
        assert_eq!(preset.law_for(Fans { fan_in: 0, fan_out: 0 })?.std_dev(), {
            preset.law_for(Fans { fan_in: 1, fan_out: 1 })?.std_dev()
        });
    }
    let extreme = VarianceScaling::new(1e308, FanMode::FanIn, Distribution::Uniform)?;
    assert!(extreme.law_for(Fans { fan_in: 1, fan_out: 1 }).is_err());
    Ok(())
}

/// By mpmath's moments of symmetric cuts, and far from both ends of the table.
#[test]
fn a_cut_law_has_its_bounds_and_the_variance_of_the_fans() -> Result<(), InitError> {
    let fans = Fans { fan_in: 100, fan_out: 7 };
    let law = |cut: f64| -> Result<_, InitError> {
        let scaling = VarianceScaling::lecun_uniform().with_cut(cut)?;
        assert_eq!(scaling.cut(), Some(cut));
        let Law::TruncatedNormal(law) = scaling.law_for(fans)? else { panic!("not truncated") };
        assert_eq!(law.lower(), -law.upper());
        assert_close(law.upper(), cut * law.parent_std_dev());
        assert_close(law.std_dev(), 0.1);
        Ok(law)
    };
    let mut cuts = 0;
    for row in rows(include_str!("data/truncated_normal_moments.csv")) {
        let [lower, upper, _, std] = [0, 1, 2, 3].map(|column| number(row[column]));
        if lower == -upper && upper.is_finite() {
            assert_close(law(upper)?.parent_std_dev(), 0.1 / std);
            cuts += 1;
        }
    }
    assert!(cuts >= 4, "{cuts} cuts");
    // Uniform at one end, and normal at the other.
    assert_close(law(1e-9)?.upper(), 0.1 * 3.0_f64.sqrt());
    assert_eq!(law(40.0)?.parent_std_dev(), 0.1);
    let array = ArrayD::<f32>::init(IxDyn(&[100, 1000]), &law(3.0)?, Key::new(9))?;
    let bound = law(3.0)?.upper();
    assert!(array.iter().all(|&x| f64::from(x).abs() <= bound));
    assert!(array.iter().any(|&x| f64::from(x).abs() > 0.9 * bound));
    // Of 100 000 elements, the deviation scatters by 0.22 %.
    assert!((f64::from(array.std(0.0)) / 0.1 - 1.0).abs() < 0.0074);
    Ok(())
}

#[test]
fn a_cut_at_two_sigmas_is_no_other_law_and_other_forms_have_no_cut() -> Result<(), InitError> {
    let lecun = VarianceScaling::lecun_normal();
    assert_eq!(lecun.clone().with_cut(2.0)?, lecun);
    let three = lecun.clone().with_cut(3.0)?;
    assert_ne!(three, lecun);
    let shown = "variance_scaling(scale 1, fan_in, truncated_normal at ±3 sigmas, keras)";
    assert_eq!(three.to_string(), shown);
    let uniform = three.clone().with_distribution(Distribution::Uniform);
    assert_eq!((uniform.cut(), &uniform), (None, &VarianceScaling::lecun_uniform()));
    assert_eq!(uniform.with_distribution(Distribution::TruncatedNormal), lecun);
    assert_eq!(VarianceScaling::lecun_uniform().with_cut(3.0)?, three);
    Ok(())
}

// --- depth ----------------------------------------------------------------------------------

#[test]
fn the_residual_gain_counts_two_branches_a_block() -> Result<(), InitError> {
    assert_eq!(residual_gain(2)?, 0.5);
    assert_close(residual_gain(12)?, 1.0 / 24.0_f64.sqrt());
    // 48 blocks, GPT-2 XL: 0.02 / √96.
    assert_close(0.02 * residual_gain(48)?, 0.002041241452319315);
    Ok(())
}

#[test]
fn a_residual_stream_keeps_its_variance_at_any_depth() -> Result<(), InitError> {
    let (width, batch) = (256, 64);
    for blocks in [1, 8, 32] {
        let branch = VarianceScaling::lecun_normal().with_gain(residual_gain(blocks)?)?;
        let mut stream = Array2::<f64>::zeros((batch, width));
        for i in 0..2 * blocks as u64 {
            let key = Key::new(11).fork_index(i);
            let input = Array2::init((batch, width), &normal(1.0), key.fork("input"))?;
            stream += &input.dot(&Array2::init((width, width), &branch, key.fork("kernel"))?);
        }
        // The mean of 64 · 256 squares of nearly independent normals scatters by √2 / 128.
        let variance = stream.mapv(|x| x * x).mean().unwrap();
        assert!((variance - 1.0).abs() < 3.29 * 2.0_f64.sqrt() / 128.0, "{blocks}: {variance}");
    }
    Ok(())
}

#[test]
fn the_last_block_has_the_residual_gain_of_its_depth() -> Result<(), InitError> {
    for blocks in [1, 2, 48] {
        assert_eq!(depth_gain(blocks - 1), residual_gain(blocks)?);
    }
    assert_close(depth_gain(7), 0.25);
    assert!(depth_gain(usize::MAX) > 0.0);
    Ok(())
}

/// Numbers of `megatron/model/init_functions.py` of GPT-NeoX.
#[test]
fn laws_of_transformers_have_their_formulas() -> Result<(), InitError> {
    assert_eq!(small_init(1000)?, normal(0.02));
    assert_close(small_init(4096)?.std_dev(), (2.0 / (5.0 * 4096.0_f64)).sqrt());
    let xavier = VarianceScaling::xavier_normal().law(&[4 * 512, 512])?;
    assert_close(xavier.std_dev(), small_init(512)?.std_dev());
    assert_close(wang_init(28, 4096)?.std_dev(), 2.0 / 28.0 / 64.0);
    Ok(())
}

fn normal(std: f64) -> ndarray_init::Normal {
    ndarray_init::Normal::new(0.0, std).unwrap()
}

// --- width ----------------------------------------------------------------------------------

/// For each role: standard deviation, multiplier, Adam's and SGD's learning rate.
fn factors(mup: &Mup) -> [[f64; 4]; 3] {
    ROLES.map(|role| {
        [mup.std_factor(role), mup.multiplier(role), mup.adam_factor(role), mup.sgd_factor(role)]
    })
}

#[test]
fn mup_has_the_factors_of_table_8() -> Result<(), InitError> {
    let mup = Mup::new(1024, 64)?;
    assert_eq!(mup.width_multiplier(), 16.0);
    let sixteenth = 0.0625;
    assert_eq!(
        factors(&mup),
        [[1.0, 1.0, 1.0, 16.0], [0.25, 1.0, sixteenth, 1.0], [1.0, sixteenth, 1.0, 16.0]]
    );
    Ok(())
}

#[test]
fn mup_without_multipliers_has_the_factors_of_table_3() -> Result<(), InitError> {
    let mup = Mup::new(1024, 64)?.without_multipliers();
    let sixteenth = 0.0625;
    assert_eq!(
        factors(&mup),
        [
            [1.0, 1.0, 1.0, 16.0],
            [0.25, 1.0, sixteenth, 1.0],
            [sixteenth, 1.0, sixteenth, sixteenth]
        ]
    );
    Ok(())
}

/// A multiplier θ may move into the weight, if its standard deviation and
/// Adam's learning rate are multiplied by θ and SGD's by θ².
#[test]
fn both_tables_are_the_same_parametrization() -> Result<(), InitError> {
    for (width, base_width) in [(1024, 64), (48, 64), (7, 3), (5, 5)] {
        let mup = Mup::new(width, base_width)?;
        for (table_8, table_3) in factors(&mup).into_iter().zip(factors(&mup.without_multipliers()))
        {
            let [std, theta, adam, sgd] = table_8;
            let moved = [std * theta, 1.0, adam * theta, sgd * theta * theta];
            for (moved, table_3) in moved.into_iter().zip(table_3) {
                assert_close(moved, table_3);
            }
        }
    }
    Ok(())
}

#[test]
fn mup_changes_nothing_at_the_base_width() -> Result<(), InitError> {
    let shape = [3, 3, 48, 80];
    let mup = Mup::new(48, 48)?;
    for mup in [mup, mup.without_multipliers()] {
        assert_eq!(factors(&mup), [[1.0; 4]; 3]);
        for role in ROLES {
            assert_eq!(mup.normal(role, 0.02)?.std_dev(), 0.02);
            for base in presets() {
                assert_eq!(mup.scaling(role, base.clone()).law(&shape)?, base.law(&shape)?);
            }
        }
    }
    Ok(())
}

fn presets() -> [VarianceScaling; 6] {
    [
        VarianceScaling::xavier_uniform(),
        VarianceScaling::xavier_normal(),
        VarianceScaling::glorot_normal(),
        VarianceScaling::kaiming_uniform(),
        VarianceScaling::kaiming_normal(),
        VarianceScaling::lecun_normal(),
    ]
}

/// Standard deviations of tensors that mup 1.0.0 filled, in PyTorch's layout. Each is that of at
/// least 10240 elements, and so within 3.29/√20480 = 2.3 % of its law's.
#[test]
fn mup_draws_what_the_package_draws() -> Result<(), InitError> {
    let kaiming_out = VarianceScaling::new(2.0, FanMode::FanOut, Distribution::UntruncatedNormal)?;
    for (role, shape, [normal, xavier, kaiming, kaiming_fan_out]) in [
        (MupRole::Input, &[1024, 784][..], [0.019997, 0.043846, 0.050500, 0.088375]),
        (MupRole::Hidden, &[4096, 1024], [0.0099980, 0.019760, 0.044186, 0.022093]),
        (MupRole::Hidden, &[1024, 1024, 3, 3], [0.0099998, 0.010417, 0.014731, 0.014731]),
        (MupRole::Output, &[10, 1024], [0.019995, 0.086688, 0.088365, 0.44710]),
    ] {
        let mup = Mup::new(1024, 256)?;
        let std = |base: VarianceScaling| {
            let law = mup.scaling(role, base.with_layout(Layout::torch())).law(shape);
            law.map(|law| law.std_dev())
        };
        for (ours, recorded) in [
            (mup.normal(role, 0.02)?.std_dev(), normal),
            (std(VarianceScaling::xavier_normal())?, xavier),
            (std(VarianceScaling::xavier_uniform())?, xavier),
            (std(VarianceScaling::kaiming_normal())?, kaiming),
            (std(kaiming_out.clone())?, kaiming_fan_out),
        ] {
            assert!((ours / recorded - 1.0).abs() < 0.023, "{role:?}: {ours}, not {recorded}");
        }
    }
    Ok(())
}

#[test]
fn mup_scales_a_law_by_the_fans_of_the_base_width() -> Result<(), InitError> {
    let mup = Mup::new(1024, 256)?;
    let std = |mup: Mup, role, base: VarianceScaling, shape: &[usize]| {
        mup.scaling(role, base).law(shape).map(|law| law.std_dev())
    };
    let (lecun, xavier) = (VarianceScaling::lecun_normal, VarianceScaling::glorot_uniform);
    // The fans are (10, 256), (256, 256) and (256, 10) at the base width.
    let (input, hidden, output) = (&[10, 1024], &[1024, 1024], &[1024, 10]);
    assert_close(std(mup, MupRole::Input, xavier(), input)?, (2.0 / 266.0_f64).sqrt());
    assert_close(std(mup, MupRole::Hidden, xavier(), hidden)?, (2.0 / 512.0_f64).sqrt() / 2.0);
    assert_close(std(mup, MupRole::Output, xavier(), output)?, (2.0 / 266.0_f64).sqrt());
    assert_close(std(mup, MupRole::Output, lecun(), output)?, 1.0 / 16.0);
    let table_3 = mup.without_multipliers();
    assert_close(std(table_3, MupRole::Output, lecun(), output)?, 1.0 / 64.0);
    assert_close(std(table_3, MupRole::Input, xavier(), input)?, (2.0 / 266.0_f64).sqrt());

    // Fans count the other way round in a transposed layout, and the roles with them.
    let transposed = lecun().with_layout(Layout::keras().transposed());
    assert_close(std(mup, MupRole::Output, transposed, &[10, 1024])?, 1.0 / 16.0);
    Ok(())
}

#[test]
fn hidden_weights_keep_their_law_to_the_bit() -> Result<(), InitError> {
    for (width, base_width) in [(49, 1), (1000, 125), (96, 64), (64, 128)] {
        let mup = Mup::new(width, base_width)?;
        for base in presets() {
            let shape = [width, 4 * width];
            let law = mup.scaling(MupRole::Hidden, base.clone()).law(&shape)?;
            assert_eq!(law, base.law(&shape)?, "{width} from {base_width}");
        }
    }
    Ok(())
}

#[test]
fn the_first_step_of_a_mup_network_is_as_large_at_any_width() -> Result<(), InitError> {
    // Of a linear network x W v: the change of the output by one step of Adam on the readout is
    // multiplier · learning rate · Σ |h|, h being the hidden units of unit variance.
    let step = |width: usize, form: fn(Mup) -> Mup| -> Result<f64, InitError> {
        let mup = form(Mup::new(width, 64)?);
        let embedding = mup.normal(MupRole::Input, 1.0)?;
        let hidden = Array1::<f64>::init(width, &embedding, Key::new(5))?;
        let (multiplier, rate) =
            (mup.multiplier(MupRole::Output), mup.adam_factor(MupRole::Output));
        Ok(multiplier * rate * hidden.mapv(f64::abs).sum())
    };
    for form in [|mup| mup, Mup::without_multipliers] {
        let (narrow, wide) = (step(1024, form)?, step(65536, form)?);
        // The mean of 1024 |h| scatters by 0.76 / 32 of itself.
        assert!((narrow / wide - 1.0).abs() < 3.29 * 0.76 / 32.0, "{narrow} and {wide}");
    }
    Ok(())
}

#[test]
fn a_mup_law_must_fit_its_shape() -> Result<(), InitError> {
    let mup = Mup::new(4, 2)?;
    let torch = VarianceScaling::lecun_normal().with_layout(Layout::torch());
    let law = mup.scaling(MupRole::Hidden, torch).law(&[4]);
    assert!(matches!(law, Err(InitError::Layout { .. })), "{law:?}");
    Ok(())
}

#[test]
fn a_mup_initializer_fills_arrays() -> Result<(), InitError> {
    let mup = Mup::new(512, 128)?;
    let readout = mup.scaling(MupRole::Output, VarianceScaling::he_uniform());
    let Law::Uniform(law) = readout.law(&[512, 100])? else { panic!("not uniform") };
    assert_close(law.high(), (6.0 / 128.0_f64).sqrt());
    assert_drawn(&readout, &[512, 100], &law);
    Ok(())
}

// --- sines ----------------------------------------------------------------------------------

#[test]
fn siren_has_the_papers_bounds() -> Result<(), InitError> {
    assert_eq!(bound(Siren::first().law(&[2, 256])), 0.5);
    let later = Siren::later(Siren::OMEGA_0)?;
    assert_close(bound(later.law(&[256, 256])), (6.0 / 256.0_f64).sqrt() / 30.0);
    assert_close(bound(Siren::later(1.0)?.law(&[6, 5])), 1.0);
    // The outputs do not count, in any layer.
    assert_eq!(later.law(&[256, 3])?, later.law(&[256, 1000])?);
    assert_eq!(Siren::first().law(&[2, 3])?, Siren::first().law(&[2, 1000])?);
    Ok(())
}

#[test]
fn siren_counts_fan_in_by_its_layout() -> Result<(), InitError> {
    let later = Siren::later(2.0)?;
    assert_close(bound(later.law(&[3, 3, 6, 16])), 1.0 / 6.0);
    let torch = later.clone().with_layout(Layout::torch());
    assert_eq!(torch.law(&[16, 6, 3, 3])?, later.law(&[3, 3, 6, 16])?);
    let first = Siren::first().with_layout(Layout::torch());
    assert_eq!(bound(first.law(&[256, 2])), 0.5);
    assert!(matches!(first.law(&[2]), Err(InitError::Layout { .. })));
    Ok(())
}

#[test]
fn siren_draws_what_its_law_says() -> Result<(), InitError> {
    for (siren, shape, high) in [
        (Siren::first(), [2, 20_000], 0.5),
        (Siren::later(30.0)?, [256, 256], 0.005103103630798287),
    ] {
        assert_drawn(&siren, &shape, &Uniform::new(-high, high)?);
    }
    Ok(())
}

/// The paper's theorem 1.8: what goes into every later sine is a standard normal.
#[test]
fn every_sine_of_a_siren_has_inputs_of_unit_variance() -> Result<(), InitError> {
    let (width, batch, omega_0) = (256, 1000, Siren::OMEGA_0);
    let key = Key::new(30);
    let x = Array2::<f64>::init((batch, 2), &Uniform::new(-1.0, 1.0)?, key.fork("x"))?;
    let first = Array2::init((2, width), &Siren::first(), key.fork("first"))?;
    let mut activations = (omega_0 * x.dot(&first)).mapv(f64::sin);
    let later = Siren::later(omega_0)?;
    for i in 0..6 {
        let kernel = Array2::init((width, width), &later, key.fork_index(i))?;
        let input = omega_0 * activations.dot(&kernel);
        // 256 units see different weights, and each scatters by some √2 of its variance.
        let variance = input.mapv(|x| x * x).mean().unwrap();
        assert!((variance - 1.0).abs() < 3.29 * (2.0 / width as f64).sqrt(), "{i}: {variance}");
        activations = input.mapv(f64::sin);
    }
    Ok(())
}

#[test]
fn a_siren_whose_bound_overflows_has_no_law() -> Result<(), InitError> {
    let law = Siren::later(1e-320)?.law(&[2, 2]);
    assert!(matches!(law, Err(InitError::Bounds { .. })), "{law:?}");
    Ok(())
}

// --- PyTorch's defaults ---------------------------------------------------------------------

/// Bounds of `nn.Linear` and convolutions, from their formula: `kaiming_uniform_(a=√5)`.
#[test]
fn pytorchs_default_is_kaiming_uniform_with_a_of_root_five() -> Result<(), InitError> {
    let kaiming = VarianceScaling::lecun_uniform()
        .with_gain((2.0 / (1.0 + 5.0_f64.sqrt().powi(2))).sqrt())?
        .with_layout(Layout::torch());
    let default = TorchDefault::new();
    for (shape, fan_in) in [
        (&[256, 784][..], 784.0_f64),
        (&[64, 3, 7, 7], 147.0),
        (&[32, 1, 3, 3], 9.0),
        (&[8, 16, 5], 80.0),
    ] {
        assert_eq!(bound(default.law(shape)), 1.0 / fan_in.sqrt());
        assert_close(bound(kaiming.law(shape)), 1.0 / fan_in.sqrt());
    }
    Ok(())
}

#[test]
fn a_bias_has_the_law_of_its_weight() -> Result<(), InitError> {
    let default = TorchDefault::default();
    let key = Key::new(1);
    let weight = Array4::<f32>::init((64, 3, 7, 7), &default, key.fork("weight"))?;
    let law = default.bias_law(weight.shape())?;
    assert_eq!(law, default.law(weight.shape())?);
    let bias = Array1::<f32>::init(64, &law, key.fork("bias"))?;
    assert!(bias.iter().all(|x| f64::from(*x).abs() <= 1.0 / 147.0_f64.sqrt() + 1e-9));

    // Weights as Keras stores them.
    let keras = TorchDefault::new().with_layout(Layout::keras());
    assert_eq!(keras.bias_law(&[7, 7, 3, 64])?, law);
    Ok(())
}

#[test]
fn pytorchs_default_draws_what_its_law_says() -> Result<(), InitError> {
    assert_drawn(&TorchDefault::new(), &[300, 100], &Uniform::new(-0.1, 0.1)?);
    Ok(())
}

#[test]
fn a_bias_alone_has_no_fans() {
    let law = TorchDefault::new().law(&[256]);
    assert!(matches!(law, Err(InitError::Layout { .. })), "{law:?}");
}

#[test]
fn all_of_them_serve_as_dyn_initializers_and_leave_empty_arrays_alone() -> Result<(), InitError> {
    let mup = Mup::new(64, 32)?;
    let all: [Box<dyn Initializer<f64>>; 4] = [
        Box::new(Siren::first()),
        Box::new(Siren::later(30.0)?),
        Box::new(TorchDefault::new()),
        Box::new(mup.scaling(MupRole::Hidden, VarianceScaling::default())),
    ];
    for initializer in &all {
        assert_eq!(Array2::init((0, 64), initializer, Key::new(1))?.len(), 0);
        assert_eq!(Array2::init((64, 0), initializer, Key::new(1))?.len(), 0);
        assert!(Array2::init((64, 64), initializer, Key::new(1))?.iter().all(|x| x.is_finite()));
    }
    Ok(())
}
