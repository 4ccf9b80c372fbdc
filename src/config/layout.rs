//! Layouts: a name, or the roles with the builders' additions.

use super::name_or_fields::{FromNameOrFields, NameOrFields};
use crate::error::{InitError, named};
use crate::fans::{Layout, Roles};
use serde::de::Error;
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

/// The configuration of a layout. Roles that are left out come from another layout.
#[derive(Default)]
pub(super) struct Patch {
    roles: Option<Roles>,
    batch: Vec<isize>,
    transposed: bool,
    groups: Option<usize>,
}

impl Patch {
    /// The layout; roles that are left out come from this one.
    pub(super) fn on(self, default: &Layout) -> Layout {
        let roles = self.roles.unwrap_or_else(|| default.stored_roles().clone());
        let layout = Layout::new(roles).batch(&self.batch).groups(self.groups.unwrap_or(1));
        if self.transposed { layout.transposed() } else { layout }
    }
}

impl FromNameOrFields for Patch {
    const EXPECTED: &str =
        "the name of a layout, or its roles, axes or einsum, batch, transposed and groups";

    fn from_name(name: &str) -> Result<Self, InitError> {
        Ok(Self { roles: Some(named::find(&NAMES, "layout", name)?), ..Self::default() })
    }

    fn from_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error> {
        let Fields { roles, axes, einsum, batch, transposed, groups } =
            Fields::deserialize(fields)?;
        let roles = match (roles, axes, einsum) {
            (None, None, None) => Ok(None),
            (Some(name), None, None) => named::find(&NAMES, "layout", &name).map(Some),
            (None, Some(Axes { input, output }), None) => Ok(Some(Roles::Axes { input, output })),
            (None, None, Some(equation)) => {
                Layout::einsum(&equation).map(|layout| Some(layout.stored_roles().clone()))
            }
            _ => return Err(D::Error::custom("a layout has one of roles, axes and einsum")),
        };
        let roles = roles.map_err(D::Error::custom)?;
        Ok(Self { roles, batch, transposed: transposed.unwrap_or(false), groups })
    }
}

impl<'de> Deserialize<'de> for Patch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrFields::new())
    }
}

impl<'de> Deserialize<'de> for Layout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Patch::deserialize(deserializer)?.on(&Self::keras()))
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
