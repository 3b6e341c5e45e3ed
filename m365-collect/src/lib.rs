//! Collectors for Microsoft 365 tenants.
