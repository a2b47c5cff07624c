mod connections;
mod extract;
mod head;
mod json;
mod limits;
mod openapi;
mod ops;
mod request_line;
pub(crate) mod support;
