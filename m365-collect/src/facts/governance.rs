//! Reviews of access.

use std::collections::BTreeMap;

use compliance_map::facts::AccessReviewFact;
use compliance_map::{Fact, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::fact::of_items;
use super::part::{either, is_read, is_whole, join, rows};
use super::value::instant;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/accessreviewscheduledefinition>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    display_name: Option<String>,
    scope: Option<Value>,
    instance_enumeration_scope: Option<Value>,
    status: Option<String>,
}

/// <https://learn.microsoft.com/graph/api/resources/accessreviewinstance>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Instance {
    status: Option<String>,
    end_date_time: Option<String>,
}

impl Instance {
    fn completed(self) -> Option<Timestamp> {
        let status = self.status?;
        let is_done = ["Completed", "AutoReviewed", "Applying", "Applied"]
            .iter()
            .any(|done| status.eq_ignore_ascii_case(done));
        is_done.then(|| instant(self.end_date_time)).flatten()
    }
}

/// What is reviewed, by the queries of the scope:
/// <https://learn.microsoft.com/graph/accessreviews-scope-concept>.
fn scope(definition: &Definition) -> Option<&'static str> {
    let mut queries = String::new();
    for scope in [&definition.scope, &definition.instance_enumeration_scope] {
        gather(scope.as_ref().unwrap_or(&Value::Null), &mut queries);
    }
    let queries = queries
        .to_ascii_lowercase()
        .replace(['+', ' '], "")
        .replace("%20", "")
        .replace("%27", "'");
    let names = |words: &[&str]| words.iter().any(|word| queries.contains(word));
    if names(&["/rolemanagement/", "/roledefinitions", "/directoryroles"]) {
        Some("roles")
    } else if names(&["usertypeeq'guest'"]) {
        Some("guests")
    } else if names(&["/serviceprincipals", "/approleassign"]) {
        Some("applications")
    } else if names(&["/groups", "/members", "/transitivemembers"]) {
        Some("groups")
    } else if names(&["/users"]) {
        Some("users")
    } else {
        None
    }
}

/// Every `query` in a scope, however deep.
fn gather(scope: &Value, queries: &mut String) {
    match scope {
        Value::Array(list) => list.iter().for_each(|scope| gather(scope, queries)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(query) if name == "query" => {
                        queries.push_str(query);
                        queries.push('\n');
                    }
                    other => gather(other, queries),
                }
            }
        }
        _ => {}
    }
}

/// One row for each definition, with the end of its last completed instance.
pub(super) async fn access_reviews(
    reader: &Reader<'_>,
) -> Result<Fact<AccessReviewFact>, StoreError> {
    let definitions = reader
        .evidence("access_reviews", &Kind::ACCESS_REVIEW)
        .await?;
    let instances = reader
        .evidence("access_review_instances", &Kind::ACCESS_REVIEW_INSTANCE)
        .await?;
    let (mut reviews, definitions) = rows(
        reader,
        definitions,
        &Kind::ACCESS_REVIEW,
        |id, definition: Definition| {
            let scope = scope(&definition).map(str::to_owned);
            let status = definition.status.map(Value::from);
            Some((
                AccessReviewFact {
                    id,
                    scope,
                    name: definition.display_name,
                    extra: status
                        .map(|status| ("status".to_owned(), status))
                        .into_iter()
                        .collect(),
                    ..AccessReviewFact::default()
                },
                Vec::<String>::new(),
            ))
        },
    )
    .await?;
    let (completed, instances) = rows(
        reader,
        instances,
        &Kind::ACCESS_REVIEW_INSTANCE,
        |id, instance: Instance| Some((id, instance.completed()?)),
    )
    .await?;
    // Of a list that is not whole the last one may not be the last.
    if is_whole(&instances) {
        let completed: BTreeMap<String, Timestamp> = completed.into_iter().collect();
        join(
            reader,
            &Relation::REVIEW_INSTANCE,
            &mut reviews,
            |(review, _)| &review.id,
            |(_, instances), instance| instances.push(instance),
        )
        .await?;
        for (review, instances) in &mut reviews {
            let times = instances.iter().filter_map(|id| completed.get(id).copied());
            review.last_completed = times.max();
        }
    }
    let reviews = reviews.into_iter().map(|(review, _)| review).collect();
    Ok(of_items(
        reviews,
        if is_read(&definitions) {
            either(definitions, instances)
        } else {
            definitions
        },
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_queries_of_a_scope_say_what_is_reviewed() {
        for (queries, expected) in [
            (json!({"query": "/users"}), Some("users")),
            (
                json!({"query": "/groups/1/transitiveMembers", "queryType": "MicrosoftGraph"}),
                Some("groups"),
            ),
            (
                json!({"query": "./members/microsoft.graph.user/?$count=true&$filter=(userType+eq+'Guest')"}),
                Some("guests"),
            ),
            (
                json!({"principalScopes": [{"query": "/users"}],
                    "resourceScopes": [{"query": "/beta/roleManagement/directory/roleDefinitions/1"}]}),
                Some("roles"),
            ),
            (
                json!({"principalScopes": [{"query": "/v1.0/users"}],
                    "resourceScopes": [{"query": "/servicePrincipals/1"}]}),
                Some("applications"),
            ),
            (json!({"query": "/somethingNew"}), None),
            (json!(null), None),
        ] {
            let definition = Definition {
                display_name: None,
                scope: Some(queries.clone()),
                instance_enumeration_scope: None,
                status: None,
            };
            assert_eq!(scope(&definition), expected, "{queries}");
        }
    }
}
