//! One network under several initializers: only the kernels between hidden layers differ.

use super::network::{DEPTH, Network, WIDTH};
use ndarray_init::ndarray::{Array1, Array2, Array3, Axis};
use ndarray_init::{InitError, InitExt, InitRefExt, Key, Layout, Nonlinearity, VarianceScaling};

/// A network before it learns.
pub(crate) struct Start {
    pub(crate) name: &'static str,
    /// `true` if its initializer suits the network.
    pub(crate) is_right: bool,
    pub(crate) network: Network,
}

/// The network as each initializer makes it, all from one key.
pub(crate) fn starts(key: Key) -> Result<Vec<Start>, InitError> {
    // Axis 0 counts layers: in no fan.
    let stacked = Layout::keras().batch(&[0]);
    let he = VarianceScaling::he_normal().with_layout(stacked.clone());
    let he_uniform = VarianceScaling::he_uniform().with_layout(stacked.clone());
    let kaiming = VarianceScaling::kaiming_normal().with_layout(stacked.clone());
    let glorot = VarianceScaling::glorot_uniform().with_layout(stacked);
    let gain = Nonlinearity::Relu.gain()?;
    let whole = VarianceScaling::he_normal();

    let by = |name, is_right, initializer: &VarianceScaling| {
        let hidden = Array3::init((DEPTH, WIDTH, WIDTH), initializer, key.fork("hidden"))?;
        Ok(Start { name, is_right, network: network(key, hidden)? })
    };
    // Each row or column is filled by itself, with the key of the one before it.
    let mut equal_neurons = Array3::zeros((DEPTH, WIDTH, WIDTH));
    for mut neuron in equal_neurons.lanes_mut(Axis(1)) {
        neuron.fill_init(&he.law(&[DEPTH, WIDTH, WIDTH])?, key.fork("hidden"))?;
    }
    Ok(vec![
        by("he_normal", true, &he)?,
        by("he_uniform", true, &he_uniform)?,
        by("kaiming_normal", true, &kaiming)?,
        by("glorot_uniform, gain √2", true, &glorot.clone().with_gain(gain)?)?,
        by("glorot_uniform, no gain", false, &glorot)?,
        by("he_normal, gain √2 again", false, &he.clone().with_gain(gain)?)?,
        by("he_normal, fans of the stack", false, &whole)?,
        Start {
            name: "he_normal, one key a neuron",
            is_right: false,
            network: network(key, equal_neurons)?,
        },
    ])
}

/// The first and the last layer are always the same.
fn network(key: Key, hidden: Array3<f32>) -> Result<Network, InitError> {
    let he = VarianceScaling::he_normal();
    let lecun = VarianceScaling::lecun_normal();
    Ok(Network {
        first: Array2::init((64, WIDTH), &he, key.fork("first"))?,
        hidden,
        last: Array2::init((WIDTH, 10), &lecun, key.fork("last"))?,
        biases: [vec![Array1::zeros(WIDTH); DEPTH + 1], vec![Array1::zeros(10)]].concat(),
    })
}
