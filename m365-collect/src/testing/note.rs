//! Small named values.

use crate::store::Store;

pub async fn a_note_is_kept_until_it_is_replaced(store: &impl Store) {
    let note = async |name| store.note(name).await.expect("a note");
    assert_eq!(note("limits").await, None);
    for value in ["[]", "", "{\"quoted\": \"'ü'\"}"] {
        store.set_note("limits", value).await.expect("noted");
        store.set_note("other", "beside").await.expect("noted");
        assert_eq!(note("limits").await.as_deref(), Some(value));
    }
    assert_eq!(note("other").await.as_deref(), Some("beside"));
    assert_eq!(note("LIMITS").await, None, "names are told apart exactly");
}
