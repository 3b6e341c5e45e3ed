//! In which batches requests go, and which batches wait for others.
//!
//! Graph takes batches whose requests all go side by side, and such that go one after the other in
//! full; anything between is not promised. A chain therefore goes as one serial batch, which takes
//! one round trip, and whatever has another shape goes in stages: a request is sent when all that it
//! depends on have been answered. <https://learn.microsoft.com/graph/json-batching>

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};

/// The positions of the requests that each request depends on.
pub(super) type Dependencies = Vec<Vec<usize>>;

/// Requests that are sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Together {
    /// Each depends on the one before it.
    pub(super) serial: bool,
    pub(super) members: Vec<usize>,
}

/// Finds out who depends on whom, from the id of each request and the ids that it depends on.
pub(super) fn dependencies(requests: &[(Option<&str>, &[String])]) -> Result<Dependencies> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    for (at, (id, _)) in requests.iter().enumerate() {
        let Some(id) = id else { continue };
        if id.is_empty() {
            return Err(wrong(at, "has an empty id"));
        }
        if ids.insert(id.to_ascii_lowercase(), at).is_some() {
            return Err(wrong(at, "has the id of another; case makes no difference"));
        }
    }
    let mut dependencies = Vec::with_capacity(requests.len());
    for (at, (_, wanted)) in requests.iter().enumerate() {
        let mut found = Vec::with_capacity(wanted.len());
        for id in *wanted {
            match ids.get(&id.to_ascii_lowercase()) {
                None => return Err(wrong(at, "depends on an id that no request has")),
                Some(on) if *on == at => return Err(wrong(at, "depends on itself")),
                Some(on) if found.contains(on) => {}
                Some(on) => found.push(*on),
            }
        }
        dependencies.push(found);
    }
    Ok(dependencies)
}

fn wrong(at: usize, what: &str) -> Error {
    Error::invalid_request(format!("request {at} of the batch {what}"))
}

/// Puts requests into batches: those of a stage may go when all stages before are answered.
///
/// `kinds` keeps apart what cannot go together, and `size` says how many of a kind may.
pub(super) fn stages<K: Ord + Copy>(
    dependencies: &Dependencies,
    kinds: &[K],
    size: impl Fn(K) -> usize,
) -> Result<Vec<Vec<Together>>> {
    let mut dependents: Dependencies = vec![Vec::new(); dependencies.len()];
    for (at, on) in dependencies.iter().enumerate() {
        for on in on {
            if let Some(dependents) = dependents.get_mut(*on) {
                dependents.push(at);
            }
        }
    }
    let depths = depths(dependencies, &dependents)?;
    let mut stages: Vec<Vec<Together>> = Vec::new();
    stages.resize_with(
        depths.iter().max().map_or(0, |deepest| deepest + 1),
        Vec::new,
    );
    let mut alone: BTreeMap<(usize, K), Vec<usize>> = BTreeMap::new();
    let mut chained = vec![false; dependencies.len()];
    for (at, kind) in kinds.iter().enumerate() {
        let Some(chain) = chain(at, dependencies, &dependents) else {
            continue;
        };
        let alike = chain.iter().all(|link| kinds.get(*link) == Some(kind));
        if !alike || chain.len() > size(*kind) {
            continue;
        }
        for link in &chain {
            if let Some(chained) = chained.get_mut(*link) {
                *chained = true;
            }
        }
        if let Some(first) = stages.first_mut() {
            first.push(Together {
                serial: true,
                members: chain,
            });
        }
    }
    for (((at, kind), depth), chained) in kinds.iter().enumerate().zip(depths).zip(chained) {
        if !chained {
            alone.entry((depth, *kind)).or_default().push(at);
        }
    }
    for ((depth, kind), members) in alone {
        let Some(stage) = stages.get_mut(depth) else {
            continue;
        };
        stage.extend(members.chunks(size(kind).max(1)).map(|members| Together {
            serial: false,
            members: members.to_vec(),
        }));
    }
    Ok(stages)
}

/// How many stages lie before each request.
fn depths(dependencies: &Dependencies, dependents: &Dependencies) -> Result<Vec<usize>> {
    let mut depths = vec![0; dependencies.len()];
    let mut open: Vec<usize> = dependencies.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = Vec::new();
    ready.extend((0..open.len()).filter(|at| open.get(*at) == Some(&0)));
    let mut settled = 0;
    while let Some(at) = ready.pop() {
        settled += 1;
        let depth = depths.get(at).copied().unwrap_or_default() + 1;
        for dependent in dependents.get(at).into_iter().flatten() {
            if let Some(known) = depths.get_mut(*dependent) {
                *known = depth.max(*known);
            }
            if let Some(open) = open.get_mut(*dependent) {
                *open -= 1;
                if *open == 0 {
                    ready.push(*dependent);
                }
            }
        }
    }
    match open.iter().position(|open| *open > 0) {
        Some(at) if settled < open.len() => Err(wrong(at, "depends on itself by way of others")),
        _ => Ok(depths),
    }
}

/// The chain that begins with a request, when it is one of two or more and nothing else hangs on it.
fn chain(
    first: usize,
    dependencies: &Dependencies,
    dependents: &Dependencies,
) -> Option<Vec<usize>> {
    if !dependencies.get(first)?.is_empty() {
        return None;
    }
    let mut chain = vec![first];
    let mut last = first;
    loop {
        match dependents.get(last)?.as_slice() {
            [] => return (chain.len() > 1).then_some(chain),
            [next] if dependencies.get(*next)?.len() == 1 => {
                chain.push(*next);
                last = *next;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn together(serial: bool, members: &[usize]) -> Together {
        Together {
            serial,
            members: members.to_vec(),
        }
    }

    #[test]
    fn a_depends_on_chain_is_one_serial_batch_and_other_shapes_go_in_stages() {
        let plan = |dependencies: Vec<Vec<usize>>, size| {
            let kinds = vec![(); dependencies.len()];
            stages(&dependencies, &kinds, |()| size).unwrap()
        };
        assert_eq!(
            plan(vec![vec![], vec![0], vec![], vec![1]], 20),
            [
                vec![together(true, &[0, 1, 3]), together(false, &[2])],
                vec![],
                vec![]
            ]
        );
        // Two that depend on the same.
        assert_eq!(
            plan(vec![vec![], vec![0], vec![0]], 20),
            [vec![together(false, &[0])], vec![together(false, &[1, 2])]]
        );
        // Longer than a batch.
        assert_eq!(
            plan(vec![vec![], vec![0], vec![1]], 2),
            [
                vec![together(false, &[0])],
                vec![together(false, &[1])],
                vec![together(false, &[2])]
            ]
        );
        assert!(plan(vec![], 20).is_empty());
    }

    #[test]
    fn a_chain_over_different_workloads_goes_in_stages() {
        let plan = stages(&vec![vec![], vec![0]], &['a', 'b'], |_| 20).unwrap();
        assert_eq!(
            plan,
            [vec![together(false, &[0])], vec![together(false, &[1])]]
        );
    }

    #[test]
    fn a_depends_on_circle_is_refused() {
        let error = stages(&vec![vec![2], vec![0], vec![1]], &[(); 3], |()| 20).unwrap_err();
        assert!(error.is_invalid_request());
    }

    proptest! {
        #[test]
        fn every_request_of_a_batch_goes_once_and_after_what_it_depends_on(
            raw in proptest::collection::vec((proptest::collection::vec(0usize..64, 0..3), 0u8..3), 0..64),
            size in 1usize..6,
        ) {
            // Only on earlier ones, so that there is no circle.
            let dependencies: Dependencies = raw
                .iter()
                .enumerate()
                .map(|(at, (on, _))| {
                    let mut on: Vec<usize> = on.iter().copied().filter(|on| *on < at).collect();
                    on.dedup();
                    on
                })
                .collect();
            let kinds: Vec<u8> = raw.iter().map(|(_, kind)| *kind).collect();
            let plan = stages(&dependencies, &kinds, |_| size).unwrap();
            let mut done: Vec<usize> = Vec::new();
            for stage in plan {
                let before = done.clone();
                for batch in stage {
                    prop_assert!(batch.members.len() <= size && !batch.members.is_empty());
                    for (at, member) in batch.members.iter().enumerate() {
                        prop_assert!(!done.contains(member));
                        prop_assert_eq!(kinds[*member], kinds[batch.members[0]]);
                        let ready = dependencies[*member].iter().all(|on| before.contains(on));
                        let next = batch.serial && at > 0
                            && dependencies[*member] == [batch.members[at - 1]];
                        prop_assert!(ready || next);
                        done.push(*member);
                    }
                }
            }
            prop_assert_eq!(done.len(), raw.len());
        }
    }
}
