//! Layouts: a name, roles, or roles with what the builders add to them.

use super::name_or_fields::{FromNameOrFields, NameOrFields};
use crate::error::{InitError, named};
use crate::fans::{Layout, Roles};
use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a configuration says of a layout. Roles that it leaves out are another layout's.
#[derive(Default)]
pub(super) struct Patch {
    roles: Option<Roles>,
    batch: Vec<isize>,
    transposed: bool,
    groups: Option<usize>,
}

impl Patch {
    /// The layout, with these roles for those that are left out.
    pub(super) fn on(self, default: &Layout) -> Layout {
        let roles = self.roles.unwrap_or_else(|| default.stored_roles().clone());
        let layout = Layout::new(roles).batch(&self.batch).groups(self.groups.unwrap_or(1));
        if self.transposed { layout.transposed() } else { layout }
    }
}

impl FromNameOrFields for Patch {
    const EXPECTED: &str = "the name of a layout, or its roles, batch, transposed and groups";

    fn from_name(name: &str) -> Result<Self, InitError> {
        const NAMES: [(&str, Roles); 3] =
            [("keras", Roles::Keras), ("torch", Roles::Torch), ("depthwise", Roles::Depthwise)];
        Ok(Self { roles: Some(named::find(&NAMES, "layout", name)?), ..Self::default() })
    }

    fn from_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[derive(Default)]
        struct Fields {
            roles: Option<Roles>,
            axes: Option<Axes>,
            einsum: Option<String>,
            batch: Vec<isize>,
            transposed: bool,
            groups: Option<usize>,
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Axes {
            input: Vec<isize>,
            output: Vec<isize>,
        }

        let Fields { roles, axes, einsum, batch, transposed, groups } =
            Fields::deserialize(fields)?;
        let roles = match (roles, axes, einsum) {
            (roles, None, None) => roles,
            (None, Some(Axes { input, output }), None) => Some(Roles::Axes { input, output }),
            (None, None, Some(equation)) => {
                let layout = Layout::einsum(&equation).map_err(D::Error::custom)?;
                Some(layout.stored_roles().clone())
            }
            _ => return Err(D::Error::custom("a layout has one of roles, axes and einsum")),
        };
        Ok(Self { roles, batch, transposed, groups })
    }
}

impl<'de> Deserialize<'de> for Patch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrFields::new())
    }
}

/// By itself, a layout is Keras' unless it says otherwise.
impl<'de> Deserialize<'de> for Layout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Patch::deserialize(deserializer)?.on(&Self::keras()))
    }
}

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::new(self.stored_roles().clone()) {
            return self.stored_roles().serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("roles", self.stored_roles())?;
        if !self.batch_axes().is_empty() {
            map.serialize_entry("batch", self.batch_axes())?;
        }
        if self.is_transposed() {
            map.serialize_entry("transposed", &true)?;
        }
        if self.group_count() != 1 {
            map.serialize_entry("groups", &self.group_count())?;
        }
        map.end()
    }
}
