//! Which data may go to whom, on which basis and under which conditions.

mod body;

use std::sync::Arc;

use axum::{Json, extract::State};

use self::body::{Dataset, DatasetSummary};
use super::answered::Items;
use crate::{
    domain::code::DatasetCode,
    exchange::Exchange,
    http::{
        caller::Calling,
        extract::{path::InPath, query::NoQuery},
        problem::Problem,
        wire::shape,
    },
};

/// List the datasets
#[utoipa::path(
    get,
    path = "/datasets",
    tag = "datasets",
    operation_id = "listDatasets",
    description = "What is exchanged here, between which roles, for which purposes.",
    responses((status = 200, description = "All datasets.", body = inline(Items<DatasetSummary>)))
)]
pub(super) async fn list(
    calling: Calling,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<DatasetSummary>>, Problem> {
    let datasets = exchange.datasets(&calling.caller).await.map_err(|error| calling.problem(error))?;
    Ok(Json(Items { items: datasets.into_iter().map(DatasetSummary::from).collect(), next: None }))
}

/// Read a dataset
///
/// Its categories, its bases and conditions with the articles, and the schema of its content.
#[utoipa::path(
    get,
    path = "/datasets/{code}",
    tag = "datasets",
    operation_id = "readDataset",
    params(("code" = inline(shape::DatasetCode), Path, description = "The dataset.")),
    responses((status = 200, description = "The dataset.", body = Dataset))
)]
pub(super) async fn one(
    calling: Calling,
    InPath(code): InPath<DatasetCode>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Dataset>, Problem> {
    let dataset = exchange.dataset(&calling.caller, &code).await.map_err(|error| calling.problem(error))?;
    calling.visit.dataset(&dataset.code);
    Ok(Json(Dataset::of(exchange.catalogue(), dataset)))
}
