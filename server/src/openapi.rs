//! The interface as OpenAPI. Bodies are deterministic CBOR, which OpenAPI has no schema language for: each names
//! the type of the `protocol` crate that it holds.

use protocol::MEDIA_TYPE;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Paths, RefOr, Required, ResponseBuilder,
    Schema,
};

/// Method, path, what it does, type of the request, type of the answer.
type Line = (HttpMethod, &'static str, &'static str, &'static str, &'static str);

const BYTES: &str = "bytes";

const LINES: &[Line] = &[
    (HttpMethod::Get, "/v1/time", "Server time, key and incarnation", "", "enrol::ServerTime"),
    (
        HttpMethod::Post,
        "/v1/enrol",
        "Makes a terminal's store known",
        "enrol::EnrolRequest",
        "enrol::EnrolAnswer",
    ),
    (HttpMethod::Post, "/v1/login", "Certifies an officer key", "login::LoginRequest", "login::LoginAnswer"),
    (HttpMethod::Post, "/v1/blocks", "Leases numbers", "enrol::BlockRequest", "domain::number::NumberBlock"),
    (
        HttpMethod::Post,
        "/v1/devices",
        "Keeps how the devices stand",
        "device::DeviceReport",
        "device::DeviceReceipt",
    ),
    (
        HttpMethod::Post,
        "/v1/duplicates",
        "The same business of the same person",
        "duplicates::DuplicateRequest",
        "domain::duplicate::Elsewhere",
    ),
    (HttpMethod::Get, "/v1/roster", "Officers and units", "", "domain::person::Roster"),
    (HttpMethod::Get, "/v1/edition", "Definitions, tables and calendar in force", "", "edition::Edition"),
    (HttpMethod::Get, "/v1/addresses", "The package of standard addresses", "", "addresses::AddressPackage"),
    (HttpMethod::Get, "/v1/contents/{hash}", "A thing named by an edition or event", "", BYTES),
    (
        HttpMethod::Post,
        "/v1/contents",
        "Many things named by an edition or event",
        "edition::ContentsRequest",
        "edition::ContentsAnswer",
    ),
    (HttpMethod::Post, "/v1/push", "Takes acts", "push::PushRequest", "push::PushAnswer"),
    (HttpMethod::Post, "/v1/pull", "Gives changes", "pull::PullRequest", "pull::PullAnswer"),
    (HttpMethod::Post, "/v1/blobs/{id}", "Offers a stored file", "blob::BlobOffer", "blob::BlobState"),
    (HttpMethod::Put, "/v1/blobs/{id}/{piece}", "Sends a piece", BYTES, "blob::BlobState"),
    (HttpMethod::Get, "/v1/blobs/{id}/{piece}", "Gives a piece", "", BYTES),
    (HttpMethod::Post, "/v1/blobs/{id}/complete", "Verifies the whole", "", "blob::BlobState"),
    (
        HttpMethod::Post,
        "/v1/blobs/{id}/key",
        "Wraps the key for the terminal",
        "blob::KeyRequest",
        "blob::KeyAnswer",
    ),
    (
        HttpMethod::Post,
        "/v1/register/query",
        "Asks the population register",
        "register::QueryRequest",
        "domain::event::RegisterAnswer",
    ),
    (
        HttpMethod::Post,
        "/v1/register/effect",
        "Hands a decided act over",
        "register::EffectRequest",
        "register::EffectAnswer",
    ),
    (HttpMethod::Get, "/healthz", "The process runs", "", "text"),
    (HttpMethod::Get, "/readyz", "The database answers", "", "text"),
    (HttpMethod::Get, "/metrics", "Counts for Prometheus", "", "text"),
];

/// The whole description.
#[must_use]
pub fn describe() -> OpenApi {
    let mut paths = Paths::new();
    for (method, path, summary, request, answer) in LINES {
        let operation = operation(path, summary, request, answer);
        let item = PathItem::new(method.clone(), operation);
        match paths.paths.get_mut(*path) {
            Some(known) => known.merge_operations(item),
            None => {
                paths.paths.insert((*path).to_owned(), item);
            }
        }
    }
    let info = InfoBuilder::new()
        .title("window-server")
        .version(format!("{}", protocol::VERSION))
        .description(Some(
            "Sync server of the window terminal. Bodies are deterministic CBOR (RFC 8949 4.2.1) of the named \
             types of the protocol crate. Signed requests carry x-terminal, x-time, x-nonce and x-signature. \
             Answers outside 2xx are error::ProtocolError.",
        ))
        .build();
    OpenApiBuilder::new().info(info).paths(paths).build()
}

fn binary(kind: &str) -> RefOr<Schema> {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    let schema =
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).description(Some(kind)).build();
    RefOr::T(Schema::Object(schema))
}

fn media(kind: &str) -> &'static str {
    match kind {
        BYTES => "application/octet-stream",
        "text" => "text/plain",
        _ => MEDIA_TYPE,
    }
}

fn operation(path: &str, summary: &str, request: &str, answer: &str) -> Operation {
    let mut operation = OperationBuilder::new().summary(Some(summary));
    for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let parameter = ParameterBuilder::new()
            .name(part)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(Schema::Object(ObjectBuilder::new().schema_type(Type::String).build())));
        operation = operation.parameter(parameter);
    }
    if !request.is_empty() {
        let content = ContentBuilder::new().schema(Some(binary(request))).build();
        let body = RequestBodyBuilder::new().description(Some(request)).content(media(request), content);
        operation = operation.request_body(Some(body.build()));
    }
    let content = ContentBuilder::new().schema(Some(binary(answer))).build();
    let good = ResponseBuilder::new().description(answer).content(media(answer), content).build();
    let content = ContentBuilder::new().schema(Some(binary("error::ProtocolError"))).build();
    let bad = ResponseBuilder::new().description("error::ProtocolError").content(MEDIA_TYPE, content).build();
    operation.response("200", good).response("default", bad).build()
}
