//! Which sources are read, and that their order can be kept.

use std::sync::Arc;

use compliance_map::similar;

use crate::error::{Error, Result};
use crate::id::SourceId;
use crate::source::Source;

/// The sources that were asked for, in the order of the catalogue.
pub(super) fn select(
    catalogue: &[Arc<dyn Source>],
    only: Option<&[String]>,
    skip: &[String],
) -> Result<Vec<Arc<dyn Source>>> {
    for name in only.unwrap_or_default().iter().chain(skip) {
        check_known(catalogue, name)?;
    }
    let is_wanted = |id: &SourceId| {
        let names = |list: &[String]| list.iter().any(|name| name == id.as_str());
        only.is_none_or(names) && !names(skip)
    };
    let sources: Vec<_> = catalogue
        .iter()
        .filter(|source| is_wanted(&source.descriptor().id))
        .map(Arc::clone)
        .collect();
    let mut ids: Vec<&SourceId> = Vec::with_capacity(sources.len());
    for source in &sources {
        let id = &source.descriptor().id;
        if ids.contains(&id) {
            return Err(Error::DuplicateSource {
                source_id: id.clone(),
            });
        }
        ids.push(id);
    }
    if sources.is_empty() {
        return Err(Error::NothingToRead);
    }
    check_order(&sources)?;
    Ok(sources)
}

pub(super) fn check_known(catalogue: &[Arc<dyn Source>], name: &str) -> Result<()> {
    let ids = || catalogue.iter().map(|source| &source.descriptor().id);
    if ids().any(|id| id.as_str() == name) {
        return Ok(());
    }
    let meant = similar(name, ids().map(SourceId::as_str));
    Err(Error::UnknownSource {
        name: name.to_owned(),
        similar: ids().find(|id| Some(id.as_str()) == meant).cloned(),
    })
}

/// Whether the sources can be read one after the other, each after those it waits for.
fn check_order(sources: &[Arc<dyn Source>]) -> Result<()> {
    let mut left: Vec<_> = sources.iter().map(|source| source.descriptor()).collect();
    loop {
        let before = left.len();
        let names: Vec<SourceId> = left.iter().map(|source| source.id.clone()).collect();
        left.retain(|source| source.waits_for().any(|id| names.contains(id)));
        match left.first() {
            None => return Ok(()),
            Some(stuck) if left.len() == before => {
                return Err(Error::CircularOrder {
                    source_id: stuck.id.clone(),
                });
            }
            Some(_) => {}
        }
    }
}
