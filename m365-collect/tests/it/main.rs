//! The tests that use the crate from outside, as one program: it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod canary;
mod catalogue;
mod claim;
mod common;
mod connect_graph;
mod connect_hostile;
mod connect_json;
mod connect_license;
mod connect_network;
mod connect_permission;
mod connect_refusal;
mod connect_service;
mod connect_setup;
mod connect_tenant;
mod connect_warning;
mod content;
mod erase;
mod facts_applications;
mod facts_authentication;
mod facts_catalogue;
mod facts_devices;
mod facts_monotone;
mod facts_organization;
mod facts_packed;
mod facts_people;
mod facts_roles;
mod facts_table;
mod facts_tenant;
mod facts_unmodelled;
mod file;
mod health;
mod hostile;
mod kill;
mod limits;
mod lost_link;
mod own_source;
mod permissions;
mod place;
mod postgres;
mod relation;
mod relation_fixture;
mod relation_reach;
mod relation_scale;
mod resume;
mod retention;
mod running;
mod schedule;
mod scripted;
mod simulation;
mod source_page;
mod sql;
mod store;
mod sync;
mod trust;
mod views;
mod window;
