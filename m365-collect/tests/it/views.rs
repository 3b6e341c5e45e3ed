//! What is read of an object, against the metadata of the service where those are at hand: they are
//! the one description of each type, and every view is a selection of it. A property that a view
//! reads exists by that name with a fitting type.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

/// Properties that are not in the metadata at hand, and why.
const ODD: &[(&str, &str, &str)] = &[
    (
        "Credential",
        "type",
        "of keyCredential; one view is of both",
    ),
    (
        "MethodConfiguration",
        "featureSettings",
        "of one derived type, in a view of them all",
    ),
    (
        "MethodConfiguration",
        "includeTargets",
        "declared by each derived type",
    ),
];

/// Types that the metadata at hand leave out.
const UNKNOWN: &[&str] = &[
    "accessreviewinstance",
    "accessreviewscheduledefinition",
    "activitybasedtimeoutpolicy",
    "windowsprotectionstate",
];

/// Structs of what is no object of Graph: the text in a policy's definition, a setting's value, a price,
/// and the names that stand in objects of several types.
const OWN: &[&str] = &[
    "ApplicationTimeout",
    "Definition",
    "Names",
    "Price",
    "SettingValue",
    "Timeouts",
];

/// A struct that is decoded.
#[derive(Debug)]
struct View {
    file: String,
    name: String,
    /// The end of the link to its type's page.
    page: Option<String>,
    /// Names on the wire and types.
    fields: Vec<(String, String)>,
}

fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |name, part| {
        name + &part[..1].to_uppercase() + &part[1..]
    })
}

/// The structs of a source file that derive `Deserialize`.
fn views(file: &str, text: &str) -> Vec<View> {
    let (mut views, mut page, mut derives, mut camels) = (Vec::new(), None, false, false);
    let (mut rename, mut flat) = (None, false);
    let mut view: Option<View> = None;
    for line in text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap()
        .lines()
        .map(str::trim)
    {
        if let Some(open) = &mut view {
            if line == "}" {
                views.extend(view.take());
                (page, derives, camels) = (None, false, false);
            } else if line.starts_with("//") {
            } else if let Some((_, name)) = line.split_once("rename = \"") {
                rename = name.split('"').next().map(str::to_owned);
            } else if line.starts_with("#[serde(flatten") {
                flat = true;
            } else if let Some((name, kind)) =
                line.split_once(": ").filter(|_| !line.starts_with('#'))
            {
                let name = name.rsplit(' ').next().unwrap();
                let wire = rename
                    .take()
                    .unwrap_or_else(|| if camels { camel(name) } else { name.to_owned() });
                let kind = kind.trim_end_matches(',');
                let kind = kind
                    .strip_prefix("Option<")
                    .map_or(kind, |inner| &inner[..inner.len() - 1]);
                if !std::mem::take(&mut flat) && !wire.starts_with('@') {
                    open.fields.push((wire, kind.to_owned()));
                }
            }
        } else if let Some((_, rest)) = line
            .split_once("graph/api/resources/")
            .filter(|_| line.starts_with("///"))
        {
            page = rest.split('>').next().map(str::to_owned);
        } else if line.starts_with("#[derive(") {
            derives = line.contains("Deserialize");
        } else if line.contains("rename_all = \"camelCase\"") {
            camels = true;
        } else if let Some((_, name)) = line
            .split_once("struct ")
            .filter(|_| derives && line.ends_with('{'))
        {
            let name = name.split([' ', '<']).next().unwrap().to_owned();
            view = Some(View {
                file: file.to_owned(),
                name,
                page: page.take(),
                fields: Vec::new(),
            });
        } else if line.is_empty() || line.ends_with(['}', ';']) {
            (page, derives, camels) = (None, false, false);
        }
    }
    views
}

/// All views below a folder.
fn read(folder: &Path, found: &mut Vec<View>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, found);
        } else {
            found.extend(views(
                &path.to_string_lossy(),
                &std::fs::read_to_string(&path).unwrap(),
            ));
        }
    }
}

/// The properties of a type, of those that it derives from, and of those that derive from it.
fn properties(types: &Value, name: &str) -> BTreeMap<String, String> {
    let kind = &types[name];
    let mut all = BTreeMap::from([("id".to_owned(), "Edm.String".to_owned())]);
    for derived in kind["derived"].as_array().into_iter().flatten() {
        all.extend(properties(types, derived.as_str().unwrap()));
    }
    let mut next = Some(name.to_owned());
    while let Some(name) = next {
        for part in ["properties", "navigation", "betaOnlyProperties"] {
            for (property, of) in types[&name][part].as_object().into_iter().flatten() {
                let of = of["type"].as_str().or(of.as_str()).unwrap();
                all.insert(property.clone(), of.to_owned());
            }
        }
        next = types[&name]["base"].as_str().map(str::to_owned);
    }
    all
}

struct Comparison<'a> {
    types: &'a Value,
    views: &'a [View],
    reached: BTreeSet<(&'a str, &'a str)>,
    compared: usize,
    wrong: BTreeSet<String>,
}

impl<'a> Comparison<'a> {
    fn compare(&mut self, view: &'a View, kind: &str) {
        self.reached.insert((&view.file, &view.name));
        if self.types.get(kind).is_none() {
            return;
        }
        let properties = properties(self.types, kind);
        for (name, field) in &view.fields {
            self.compared += 1;
            let fits = properties
                .get(name)
                .is_some_and(|property| self.fits(view, field, property));
            let odd = ODD
                .iter()
                .any(|(v, f, _)| (*v, *f) == (view.name.as_str(), name.as_str()));
            if !fits && !odd {
                let property = properties.get(name);
                self.wrong.insert(format!(
                    "{}: {}.{name}: {field} for {kind}'s {property:?}",
                    view.file, view.name
                ));
            }
        }
    }

    fn fits(&mut self, view: &View, field: &str, property: &str) -> bool {
        if field.ends_with("Value") || field.ends_with("IgnoredAny") {
            return true;
        }
        if let Some(inner) = property.strip_prefix("Collection(") {
            let element = field.strip_prefix("Vec<").map(|e| &e[..e.len() - 1]);
            return element
                .is_some_and(|element| self.fits(view, element, inner.trim_end_matches(')')));
        }
        let edm = property.strip_prefix("Edm.");
        match field {
            // A time is read as text; so is an enumeration, of which more may come.
            "String" => {
                !matches!(
                    edm,
                    Some("Boolean" | "Int16" | "Int32" | "Int64" | "Double" | "Single")
                ) && self.types[property]["properties"]
                    .as_object()
                    .is_none_or(serde_json::Map::is_empty)
            }
            "bool" => edm == Some("Boolean"),
            "i64" => matches!(edm, Some("Int16" | "Int32" | "Int64")),
            "f64" => matches!(edm, Some("Double" | "Single")),
            inner => {
                let views = self.views;
                let inner = views
                    .iter()
                    .find(|other| other.file == view.file && other.name == inner);
                let is_view = inner.is_some() && edm.is_none();
                if let Some(inner) = inner.filter(|_| is_view) {
                    self.compare(inner, property);
                }
                is_view
            }
        }
    }
}

#[test]
fn every_property_that_is_read_is_in_the_metadata_with_a_fitting_type() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/types.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the metadata is not beside this checkout");
        return;
    };
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let types = &metadata["types"];
    let mut views = Vec::new();
    read(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut views,
    );
    // `intune-devices-manageddevice` and `security-alert` are the pages of `managedDevice` and `security.alert`.
    let kinds: BTreeMap<String, &String> = types
        .as_object()
        .unwrap()
        .keys()
        .map(|name| (name.to_lowercase().replace('.', "-"), name))
        .collect();
    let mut comparison = Comparison {
        types,
        views: &views,
        reached: BTreeSet::new(),
        compared: 0,
        wrong: BTreeSet::new(),
    };
    for view in &views {
        let Some(page) = &view.page else { continue };
        let short = page.rsplit('-').next().unwrap();
        match kinds.get(page.as_str()).or_else(|| kinds.get(short)) {
            Some(kind) => comparison.compare(view, kind),
            None if UNKNOWN.contains(&short) => {
                comparison.reached.insert((&view.file, &view.name));
            }
            None => {
                comparison.wrong.insert(format!(
                    "{}: {} is of no known type: {page}",
                    view.file, view.name
                ));
            }
        }
    }
    for view in &views {
        let is_reached = comparison
            .reached
            .contains(&(view.file.as_str(), view.name.as_str()));
        if !is_reached
            && !OWN.contains(&view.name.as_str())
            && ["/facts/", "/insight/", "/view/"]
                .iter()
                .any(|room| view.file.contains(room))
        {
            comparison
                .wrong
                .insert(format!("{}: of what type is {}?", view.file, view.name));
        }
    }
    let wrong: Vec<_> = comparison.wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(comparison.compared > 200, "{}", comparison.compared);
    println!(
        "{} properties of {} views compared",
        comparison.compared,
        comparison.reached.len()
    );
}
