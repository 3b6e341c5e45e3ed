//! Typed, throttling-aware Microsoft Graph client.
