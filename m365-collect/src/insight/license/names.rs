//! What products are called.

/// Part number, id and name of common products, a line each, from Microsoft's list:
/// <https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference>.
const NAMES: &str = include_str!("names.tsv");

/// What Microsoft calls a product, by its part number or by its id; `None` where it is not one of
/// the common ones that we know.
///
/// # Examples
/// ```
/// use m365_collect::insight::license::product_name;
///
/// assert_eq!(product_name("SPB"), Some("Microsoft 365 Business Premium"));
/// assert_eq!(product_name("05e9a617-0261-4cee-bb44-138d3ef5d965"), Some("Microsoft 365 E3"));
/// assert_eq!(product_name("CONTOSO_OWN"), None);
/// ```
pub fn product_name(part_number_or_id: &str) -> Option<&'static str> {
    rows()
        .find(|(part_number, id, _)| {
            part_number.eq_ignore_ascii_case(part_number_or_id)
                || id.eq_ignore_ascii_case(part_number_or_id)
        })
        .map(|(_, _, name)| name)
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    NAMES.lines().filter_map(|line| {
        let (part_number, rest) = line.split_once('\t')?;
        let (id, name) = rest.split_once('\t')?;
        Some((part_number, id, name))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_is_a_product_and_none_is_there_twice() {
        assert_eq!(rows().count(), NAMES.lines().count());
        let mut ids = BTreeSet::new();
        let mut part_numbers = BTreeSet::new();
        for (part_number, id, name) in rows() {
            assert!(!name.is_empty() && name.trim() == name, "{part_number}");
            assert_eq!(id.len(), 36, "{part_number}");
            assert!(ids.insert(id), "{id} is there twice");
            assert!(
                part_numbers.insert(part_number.to_lowercase()),
                "{part_number} is there twice"
            );
            assert_eq!(product_name(part_number), Some(name));
            assert_eq!(product_name(&id.to_uppercase()), Some(name));
        }
        assert!(ids.len() >= 100, "{}", ids.len());
    }
}
