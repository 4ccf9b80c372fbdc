//! Laws by fans, depth, width and the layer's place: variance scaling at any cut, gains of residual
//! branches, muP, SIREN, and PyTorch's defaults.
//!
//! Seeds are fixed, so every outcome is too. Samples of moments are held to 3.29 of their own
//! standard deviations, which 999 of 1000 right generators are within.

use crate::common::samples::distance;
use crate::common::{PRESETS, number, rows};
use ndarray_init::ndarray::{Array1, Array2, ArrayD, IxDyn};
#[cfg(feature = "complex")]
use ndarray_init::num_complex::Complex32;
use ndarray_init::presets::torch;
use ndarray_init::{
    Distribution, FanMode, Fans, InitError, InitExt, Initializer, Key, Law, Layout, Mup, MupRole,
    Siren, TorchDefault, Uniform, VarianceScaling, depth_gain, residual_gain, small_init,
    wang_init,
};

type Checked = Result<(), InitError>;

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

#[test]
fn elements_follow_the_law_of_their_initializer() -> Checked {
    let readout = Mup::new(512, 128)?.scaling(MupRole::Output, VarianceScaling::he_uniform());
    let cut = VarianceScaling::lecun_normal().with_cut(3.0)?;
    let cases: [(&dyn Initializer<f32>, &[usize], Law); 5] = [
        (&readout, &[512, 100], readout.law(&[512, 100])?),
        (&cut, &[100, 1000], cut.law(&[100, 1000])?),
        (&Siren::first(), &[2, 20_000], Uniform::new(-0.5, 0.5)?.into()),
        // √(6 / 256) / 30.
        (&Siren::later(30.0)?, &[256, 256], Uniform::new(-0.0051031036, 0.0051031036)?.into()),
        (&TorchDefault::new(), &[300, 100], Uniform::new(-0.1, 0.1)?.into()),
    ];
    for (initializer, shape, law) in cases {
        let array = ArrayD::<f32>::init(IxDyn(shape), initializer, Key::new(3))?;
        let sample: Vec<f64> = array.into_iter().map(f64::from).collect();
        let distance = distance(&sample, &law, [1.95, 3.29]);
        assert!(distance < 1.0, "{law}: {distance} times too far");
    }
    Ok(())
}

// --- fans and cuts --------------------------------------------------------------------------

/// The law of a shape is that of its fans, whichever layout has them.
#[test]
fn the_law_for_fans_is_that_of_every_kernel_with_these_fans() -> Checked {
    let fans = Fans { fan_in: 576, fan_out: 1152 };
    for (_, preset) in PRESETS {
        let law = preset.law_for(fans)?;
        assert_eq!(law, preset.clone().with_layout(Layout::keras()).law(&[3, 3, 64, 128])?);
        assert_eq!(law, preset.clone().with_layout(Layout::torch()).law(&[128, 64, 3, 3])?);
        let [none, one] = [0, 1].map(|n| preset.law_for(Fans { fan_in: n, fan_out: n }));
        assert_eq!(none?.std_dev(), one?.std_dev());
    }
    Ok(())
}

/// By mpmath's moments of symmetric cuts, and far from both ends of the table.
#[test]
fn a_cut_law_has_its_bounds_and_the_variance_of_the_fans() -> Checked {
    let law = |cut: f64| -> Result<_, InitError> {
        let scaling = VarianceScaling::lecun_uniform().with_cut(cut)?;
        assert_eq!(scaling.cut(), Some(cut));
        let law = scaling.law_for(Fans { fan_in: 100, fan_out: 7 })?;
        let Law::TruncatedNormal(law) = law else { panic!("not truncated") };
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
    Ok(())
}

#[test]
fn a_cut_at_two_sigmas_is_no_other_law_and_other_forms_have_no_cut() -> Checked {
    let lecun = VarianceScaling::lecun_normal();
    assert_eq!(lecun.clone().with_cut(2.0)?, lecun);
    let three = lecun.clone().with_cut(3.0)?;
    assert_ne!(three, lecun);
    let uniform = three.clone().with_distribution(Distribution::Uniform);
    assert_eq!((uniform.cut(), &uniform), (None, &VarianceScaling::lecun_uniform()));
    assert_eq!(uniform.with_distribution(Distribution::TruncatedNormal), lecun);
    assert_eq!(VarianceScaling::lecun_uniform().with_cut(3.0)?, three);
    Ok(())
}

// --- depth ----------------------------------------------------------------------------------

#[test]
fn the_residual_gain_counts_two_branches_a_block() -> Checked {
    assert_eq!(residual_gain(2)?, 0.5);
    assert_close(residual_gain(12)?, 1.0 / 24.0_f64.sqrt());
    // 48 blocks, GPT-2 XL: 0.02 / √96.
    assert_close(0.02 * residual_gain(48)?, 0.002041241452319315);
    // The last block has the gain of the whole depth.
    for blocks in [1, 2, 48] {
        assert_eq!(depth_gain(blocks - 1), residual_gain(blocks)?);
    }
    assert!(depth_gain(usize::MAX) > 0.0);
    // As in GPT-NeoX' `megatron/model/init_functions.py`.
    assert_eq!(small_init(1000)?.std_dev(), 0.02);
    assert_close(small_init(4096)?.std_dev(), (2.0 / (5.0 * 4096.0_f64)).sqrt());
    assert_close(wang_init(28, 4096)?.std_dev(), 2.0 / 28.0 / 64.0);
    Ok(())
}

// --- width ----------------------------------------------------------------------------------

/// For each role: standard deviation, multiplier, Adam's and SGD's learning rate.
fn factors(mup: &Mup) -> [[f64; 4]; 3] {
    ROLES.map(|role| {
        [mup.std_factor(role), mup.multiplier(role), mup.adam_factor(role), mup.sgd_factor(role)]
    })
}

/// A multiplier θ may move into the weight, if its standard deviation and Adam's learning rate are multiplied
/// by θ and SGD's by θ²: both tables are the same parametrization.
#[test]
fn mup_has_the_factors_of_table_8_and_without_multipliers_of_table_3() -> Checked {
    let mup = Mup::new(1024, 64)?;
    assert_eq!(mup.width_multiplier(), 16.0);
    // 1 / 16.
    let s = 0.0625;
    let (input, hidden) = ([1.0, 1.0, 1.0, 16.0], [0.25, 1.0, s, 1.0]);
    assert_eq!(factors(&mup), [input, hidden, [1.0, s, 1.0, 16.0]]);
    assert_eq!(factors(&mup.without_multipliers()), [input, hidden, [s, 1.0, s, s]]);
    for (width, base_width) in [(48, 64), (7, 3)] {
        let mup = Mup::new(width, base_width)?;
        let table_3 = factors(&mup.without_multipliers());
        for ([std, theta, adam, sgd], table_3) in factors(&mup).into_iter().zip(table_3) {
            let moved = [std * theta, 1.0, adam * theta, sgd * theta * theta];
            moved.into_iter().zip(table_3).for_each(|(moved, found)| assert_close(moved, found));
        }
    }
    Ok(())
}

#[test]
fn mup_changes_nothing_at_the_base_width() -> Checked {
    let shape = [3, 3, 48, 80];
    let mup = Mup::new(48, 48)?;
    for mup in [mup, mup.without_multipliers()] {
        assert_eq!(factors(&mup), [[1.0; 4]; 3]);
        for role in ROLES {
            assert_eq!(mup.normal(role, 0.02)?.std_dev(), 0.02);
            for (_, base) in PRESETS {
                assert_eq!(mup.scaling(role, base.clone()).law(&shape)?, base.law(&shape)?);
            }
        }
    }
    Ok(())
}

/// Standard deviations of tensors that mup 1.0.0 filled, in PyTorch's layout. Each is that of at
/// least 10240 elements, and so within 3.29/√20480 = 2.3 % of its law's.
#[test]
fn mup_draws_what_the_package_draws() -> Checked {
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
fn mup_scales_a_law_by_the_fans_of_the_base_width() -> Checked {
    let mup = Mup::new(1024, 256)?;
    let table_3 = mup.without_multipliers();
    let std = |mup: Mup, role, base: VarianceScaling, shape: &[usize]| {
        mup.scaling(role, base).law(shape).unwrap().std_dev()
    };
    let (lecun, xavier) = (VarianceScaling::lecun_normal, VarianceScaling::glorot_uniform);
    // The fans are (10, 256), (256, 256) and (256, 10) at the base width.
    let (input, hidden, output) = (&[10, 1024], &[1024, 1024], &[1024, 10]);
    assert_close(std(mup, MupRole::Input, xavier(), input), (2.0 / 266.0_f64).sqrt());
    assert_close(std(mup, MupRole::Hidden, xavier(), hidden), (2.0 / 512.0_f64).sqrt() / 2.0);
    assert_close(std(mup, MupRole::Output, xavier(), output), (2.0 / 266.0_f64).sqrt());
    assert_close(std(mup, MupRole::Output, lecun(), output), 1.0 / 16.0);
    assert_close(std(table_3, MupRole::Output, lecun(), output), 1.0 / 64.0);
    assert_close(std(table_3, MupRole::Input, xavier(), input), (2.0 / 266.0_f64).sqrt());
    // Fans count the other way round in a transposed layout, and the roles with them.
    let transposed = lecun().with_layout(Layout::keras().transposed());
    assert_close(std(mup, MupRole::Output, transposed, &[10, 1024]), 1.0 / 16.0);
    // Hidden weights keep their law to the bit.
    for (width, base_width) in [(49, 1), (1000, 125), (96, 64), (64, 128)] {
        let mup = Mup::new(width, base_width)?;
        for (name, base) in PRESETS {
            let shape = [width, 4 * width];
            let law = mup.scaling(MupRole::Hidden, base.clone()).law(&shape)?;
            assert_eq!(law, base.law(&shape)?, "{name}: {width} from {base_width}");
        }
    }
    Ok(())
}

// --- sines ----------------------------------------------------------------------------------

#[test]
fn siren_has_the_papers_bounds_for_the_fan_in_of_its_layout() -> Checked {
    let (first, later) = (Siren::first(), Siren::later(Siren::OMEGA_0)?);
    assert_eq!(bound(first.law(&[2, 256])), 0.5);
    assert_close(bound(later.law(&[256, 256])), (6.0 / 256.0_f64).sqrt() / 30.0);
    assert_close(bound(Siren::later(1.0)?.law(&[6, 5])), 1.0);
    assert_close(bound(Siren::later(2.0)?.law(&[3, 3, 6, 16])), 1.0 / 6.0);
    // The outputs do not count, in any layer.
    assert_eq!(later.law(&[256, 3])?, later.law(&[256, 1000])?);
    assert_eq!(first.law(&[2, 3])?, first.law(&[2, 1000])?);
    let torch = later.clone().with_layout(Layout::torch());
    assert_eq!(torch.law(&[16, 6, 3, 3])?, later.law(&[3, 3, 6, 16])?);
    assert_eq!(bound(first.with_layout(Layout::torch()).law(&[256, 2])), 0.5);
    Ok(())
}

/// The paper's theorem 1.8: what goes into every later sine is a standard normal.
#[test]
fn every_sine_of_a_siren_has_inputs_of_unit_variance() -> Checked {
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

// --- PyTorch's defaults ---------------------------------------------------------------------

/// Bounds of `nn.Linear` and convolutions, from their formula: `kaiming_uniform_(a=√5)`. A bias has the law
/// of its weight, and without inputs it is 0.
#[test]
fn pytorchs_default_is_kaiming_uniform_with_a_of_root_five() -> Checked {
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
        assert_eq!(default.bias_law(shape)?, default.law(shape)?);
    }
    // Weights as Keras stores them.
    let keras = TorchDefault::new().with_layout(Layout::keras());
    assert_eq!(keras.bias_law(&[7, 7, 3, 64])?, default.bias_law(&[64, 3, 7, 7])?);
    for law in [torch::linear_bias(&[5, 0])?, torch::conv_bias(&[5, 0, 3, 3])?] {
        assert_eq!((law.to_string().as_str(), law.mean(), law.std_dev()), ("U[0, 0]", 0.0, 0.0));
        assert_eq!(Array1::<f32>::init(5, &law, Key::new(1))?, Array1::<f32>::zeros(5));
        assert_eq!(Array1::<f64>::init(5, &law, Key::new(1))?, Array1::<f64>::zeros(5));
        #[cfg(feature = "complex")]
        assert_eq!(Array1::<Complex32>::init(5, &law, Key::new(1))?, Array1::zeros(5));
    }
    Ok(())
}
