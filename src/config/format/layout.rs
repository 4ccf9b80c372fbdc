//! Layouts: a name, or the roles with the builders' additions.

use super::name_or_fields::NameOrFields;
use crate::error::{InitError, named};
use crate::fans::{Layout, Roles};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NAMES: [(&str, Roles); 3] =
    [("keras", Roles::Keras), ("torch", Roles::Torch), ("depthwise", Roles::Depthwise)];

/// An object: at most one of `roles` (a name), `axes` and `einsum`, and the builders' additions.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    axes: Option<Axes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    einsum: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    batch: Vec<isize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transposed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Axes {
    input: Vec<isize>,
    output: Vec<isize>,
}

/// The configuration of a layout: a name, or fields. Roles that are left out come from another layout.
#[derive(Default)]
pub(super) struct Patch(Fields);

impl Patch {
    /// The layout; roles that are left out come from this one.
    pub(super) fn on(self, default: &Layout) -> Result<Layout, InitError> {
        let Self(Fields { roles, axes, einsum, batch, transposed, groups }) = self;
        let layout = match (roles, axes, einsum) {
            (None, None, None) => Layout::new(default.stored_roles().clone()),
            (Some(name), None, None) => Layout::new(named::find(&NAMES, "layout", &name)?),
            (None, Some(Axes { input, output }), None) => Layout::axes(&input, &output),
            (None, None, Some(equation)) => Layout::einsum(&equation)?,
            _ => {
                let rule = "it has more than one of roles, axes and einsum";
                return Err(InitError::configuration("of a layout", rule));
            }
        };
        let layout = layout.batch(&batch).groups(groups.unwrap_or(1));
        Ok(if transposed == Some(true) { layout.transposed() } else { layout })
    }
}

impl NameOrFields for Patch {
    const EXPECTED: &str =
        "the name of a layout, or its roles, axes or einsum, batch, transposed and groups";

    fn from_name<E: Error>(name: &str) -> Result<Self, E> {
        Ok(Self(Fields { roles: Some(name.to_owned()), ..Fields::default() }))
    }

    fn from_fields<'de, M: MapAccess<'de>>(fields: M) -> Result<Self, M::Error> {
        Fields::deserialize(MapAccessDeserializer::new(fields)).map(Self)
    }
}

impl<'de> Deserialize<'de> for Patch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl<'de> Deserialize<'de> for Layout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Patch::read(deserializer)?.on(&Self::keras()).map_err(D::Error::custom)
    }
}

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields {
            batch: self.batch_axes().to_vec(),
            transposed: self.is_transposed().then_some(true),
            groups: (self.group_count() != 1).then(|| self.group_count()),
            ..Fields::default()
        };
        match self.stored_roles() {
            Roles::Axes { input, output } => {
                fields.axes = Some(Axes { input: input.clone(), output: output.clone() });
            }
            Roles::Einsum(equation) => fields.einsum = Some(equation.to_string()),
            roles => {
                let name = named::name(&NAMES, roles);
                if *self == Self::new(roles.clone()) {
                    return serializer.serialize_str(name);
                }
                fields.roles = Some(name.to_owned());
            }
        }
        fields.serialize(serializer)
    }
}
