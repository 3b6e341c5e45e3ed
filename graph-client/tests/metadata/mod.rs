//! The models as their source says, and the metadata of the service, in a shape to compare.

pub(crate) mod exceptions;
pub(crate) mod list;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// A model as it stands in the source.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) name: String,
    /// Of several kinds.
    pub(crate) open: bool,
    /// Names on the wire and types.
    pub(crate) fields: Vec<(String, String)>,
}

/// An enumeration as it stands in the source: its names on the wire.
pub(crate) type Enumerations = BTreeMap<String, Vec<String>>;

/// Reads all models from their source.
pub(crate) fn sources() -> (Vec<Model>, Enumerations) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model");
    let (mut models, mut enumerations) = (Vec::new(), Enumerations::new());
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        read(text, &mut models, &mut enumerations);
    }
    (models, enumerations)
}

fn read(text: &str, models: &mut Vec<Model>, enumerations: &mut Enumerations) {
    let (mut open, mut rename) = (false, None);
    let mut model: Option<Model> = None;
    let mut enumeration: Option<String> = None;
    for line in text.lines().map(str::trim) {
        let after = |start: &str| line.strip_prefix(start)?.split([' ', ';', '<']).next();
        if line.starts_with("open_resource!") {
            open = true;
        } else if line.starts_with("resource!") {
            open = false;
        } else if let Some(name) = after("pub struct ") {
            let name = name.to_owned();
            let fields = Vec::new();
            model = Some(Model { name, open, fields });
        } else if let Some(name) = after("pub enum ") {
            enumeration = Some(name.to_owned());
            enumerations.insert(name.to_owned(), Vec::new());
        } else if line == "}" {
            models.extend(model.take().filter(|model| model.name != "DateTime"));
            enumeration = None;
        } else if let Some((_, name)) = line.split_once("rename = \"") {
            rename = name.split('"').next().map(str::to_owned);
        } else if line.starts_with("//") || line.starts_with('#') {
        } else if let (Some(name), Some((_, wire))) = (&enumeration, line.split_once(" = \"")) {
            let wire = wire.trim_end_matches("\",").to_owned();
            enumerations.get_mut(name).unwrap().push(wire);
        } else if let (Some(model), Some((field, kind))) = (&mut model, line.split_once(": ")) {
            let kind = kind.trim_end_matches(',');
            let kind = kind
                .strip_prefix("Option<")
                .map_or(kind, |inner| &inner[..inner.len() - 1]);
            let field = field.trim_start_matches("pub ").trim_start_matches("r#");
            let wire = rename.take().unwrap_or_else(|| camel(field));
            if wire == "@odata.type" {
                model.open = true;
            } else if !kind.starts_with("Map<") && !kind.starts_with("serde_json::") {
                model
                    .fields
                    .push((wire, kind.trim_start_matches("super::").to_owned()));
            }
        }
    }
}

fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |name, part| name + &upper(part))
}

fn upper(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

/// The metadata of the service.
pub(crate) struct Metadata(Value);

impl Metadata {
    /// Nothing when they are not beside this checkout.
    pub(crate) fn load() -> Option<Self> {
        let text = std::fs::read_to_string(reference("types.json")).ok()?;
        let metadata: Value = serde_json::from_str(&text).unwrap();
        Some(Self(metadata["types"].clone()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// The members of an enumeration.
    pub(crate) fn members(&self, name: &str) -> Option<Vec<String>> {
        let members = self.0.get(name)?["members"].as_object()?;
        let known = members.keys().filter(|name| *name != "unknownFutureValue");
        Some(known.cloned().collect())
    }

    /// The properties of a type with their types, those of its bases included.
    pub(crate) fn properties(&self, name: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        if name == "entity" {
            all.insert("id".to_owned(), "Edm.String".to_owned());
        }
        let Some(of) = self.0.get(name) else {
            return all;
        };
        if let Some(base) = of["base"].as_str() {
            all.extend(self.properties(base));
        }
        for part in ["properties", "navigation", "betaOnlyProperties"] {
            for (name, property) in of[part].as_object().into_iter().flatten() {
                let kind = property["type"].as_str().or(property.as_str()).unwrap();
                all.insert(name.clone(), kind.to_owned());
            }
        }
        all
    }

    /// Those and the properties of all kinds of a type.
    pub(crate) fn properties_of_kinds(&self, name: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for kind in self.0[name]["derived"].as_array().into_iter().flatten() {
            all.extend(self.properties_of_kinds(kind.as_str().unwrap()));
        }
        all.extend(self.properties(name));
        all
    }

    /// An object with everything that a type may have, as far as the metadata tell.
    pub(crate) fn object(&self, name: &str, depth: u32, of_kinds: bool) -> Value {
        let properties = if of_kinds {
            self.properties_of_kinds(name)
        } else {
            self.properties(name)
        };
        let mut object = Map::new();
        for (name, kind) in properties {
            if let Some(value) = self.value(&kind, depth) {
                object.insert(name, value);
            }
        }
        Value::Object(object)
    }

    fn value(&self, kind: &str, depth: u32) -> Option<Value> {
        if let Some(inner) = kind.strip_prefix("Collection(") {
            let value = self.value(inner.trim_end_matches(')'), depth)?;
            return Some(json!([value]));
        }
        Some(match kind.trim_start_matches("Edm.") {
            "Boolean" => json!(true),
            "Int16" | "Int32" => json!(2_147_483_647),
            "Int64" => json!(9_007_199_254_740_991_i64),
            "Double" | "Single" => json!(0.5),
            "DateTimeOffset" => json!("2026-11-21T04:55:24.1234567Z"),
            "String" | "Guid" | "Duration" | "TimeOfDay" | "Date" | "Binary" | "Stream" => {
                json!("text")
            }
            _ => match self.members(kind) {
                Some(members) => json!(members.last()?),
                None if depth > 0 && self.has(kind) => self.object(kind, depth - 1, false),
                None => return None,
            },
        })
    }
}

/// A file of the reference data.
pub(crate) fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/graph")
        .join(name)
}
