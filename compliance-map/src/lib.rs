//! Evidence facts in, control statuses out.
