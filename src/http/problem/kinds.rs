//! The kinds that every route shares. A use case has its own beside its route.

use super::answer::Problem;

/// 400: what was sent is not valid; `errors` says what. Always 400, never 422 (NL GOV API Design Rules).
pub const INVALID: Problem = Problem::new(
    "invalid",
    "The request is not valid",
    400,
    &("Het verzoek klopt niet.", Some("Bij elk punt (errors) staat waar het fout gaat en wat er fout is.")),
)
.detail("Each entry of errors names a place in the request and what is wrong there.");

/// 401: the route needs a client certificate.
pub const CERTIFICATE_NEEDED: Problem =
    Problem::new("certificate-needed", "A client certificate is needed", 401, &(
            "Voor dit adres is een certificaat nodig.",
            Some("Gebruik het certificaat van uw organisatie, met haar OIN, dat bij deze gateway is geregistreerd."),
        ))
        .detail("Connect with a certificate that holds your OIN and that is registered at this gateway.");

/// 401: there is a certificate, and it belongs to no party here.
pub const CERTIFICATE_UNKNOWN: Problem = Problem::new(
    "certificate-unknown",
    "The client certificate is not registered",
    401,
    &(
        "Dit certificaat is hier niet geregistreerd.",
        Some(
            "Registreer het met het certificaat dat u nu gebruikt, of vraag de beheerder van deze \
             gateway.",
        ),
    ),
)
.detail("Register it with the certificate that you use now, or ask the operator of this gateway.");

/// 403: there is no basis, or its conditions are not met.
pub const REFUSED: Problem = Problem::new("refused", "Not allowed", 403, &(
        "Dit mag niet.",
        Some(
            "Bij elk punt (errors) staat welke voorwaarde ontbreekt, op welk artikel die rust en wat u nu kunt doen.",
        ),
    ))
    .detail("Each entry of errors names a condition that is not met, its articles and what can be done now.");

/// 404: nothing here, or not for you; the two look the same.
pub const NOT_FOUND: Problem = Problem::new("not-found", "Nothing here, or not for you", 404, &(
        "Hier is niets, of het is niet voor u.",
        Some("Controleer het kenmerk en het adres dat u gebruikt. Een adres eindigt niet op een schuine streep."),
    ))
    .detail("Check the path and the identifier. Paths have no slash at the end.");

/// 405: the path exists, without this method; `Allow` lists the methods.
pub const METHOD_NOT_ALLOWED: Problem =
    Problem::new("method-not-allowed", "The path does not have this method", 405, &(
            "Het programma waarmee u werkt, vraagt iets wat hier niet kan.",
            Some("Meld dit aan de leverancier van dat programma: dit pad kent deze methode niet; de header Allow noemt welke wel."),
        ))
        .detail("The Allow header lists the methods of this path.");

/// 406: the answer exists in other media types only.
pub const NOT_ACCEPTABLE: Problem =
    Problem::new("not-acceptable", "The answer does not exist in a media type of your Accept header", 406, &(
            "Het programma waarmee u werkt, vraagt een antwoord in een vorm die hier niet bestaat.",
            Some("Meld dit aan de leverancier van dat programma: de header Accept moet een mediatype noemen uit de beschrijving van de interface."),
        ))
        .detail("The interface description says which media type each answer has.");

/// 408: the body took too long to arrive.
pub const BODY_TIMEOUT: Problem = Problem::new(
    "body-timeout",
    "The body took too long to arrive",
    408,
    &(
        "Het duurde te lang voor uw bericht binnen was.",
        Some("Stuur het hele bericht in een keer. Er is niets opgeslagen."),
    ),
)
.detail("Send the whole body at once. Nothing was stored.");

/// 409: it clashes with what is there.
pub const CONFLICT: Problem = Problem::new(
    "conflict",
    "It clashes with what is stored",
    409,
    &("Dit botst met wat al is opgeslagen.", None),
);

/// 410: it was here.
pub const GONE: Problem =
    Problem::new("gone", "It is no longer here", 410, &("Dit is hier niet meer.", None));

/// 413: the body is larger than the gateway takes.
pub const TOO_LARGE: Problem = Problem::new("too-large", "The body is too large", 413, &(
        "Uw bericht is te groot.",
        Some(
            "Maak het korter; de beheerder van de gateway weet hoe groot een bericht mag zijn. Er is niets opgeslagen.",
        ),
    ))
    .detail("The gateway's operator knows how large a body may be. Nothing was stored.");

/// 414: the path or the query is longer than any here.
pub const URI_TOO_LONG: Problem = Problem::new(
    "uri-too-long",
    "The path and query are too long",
    414,
    &(
        "Het adres dat uw programma opvraagt, is te lang.",
        Some("Meld dit aan de leverancier van dat programma: geen pad van deze interface is zo lang."),
    ),
)
.detail("No path of this interface is that long.");

/// 415: the body is not in the media type that the route takes.
pub const MEDIA_TYPE_NOT_SUPPORTED: Problem =
    Problem::new("media-type-not-supported", "The body's media type is not supported", 415, &(
            "Uw programma stuurt het bericht in een vorm die de gateway niet leest.",
            Some("Meld dit aan de leverancier van dat programma: stuur application/json in UTF-8, zonder Content-Encoding."),
        ))
        .detail("Send application/json in UTF-8, without Content-Encoding.");

/// 429: the caller's own quota is spent.
pub const TOO_MANY_REQUESTS: Problem = Problem::new("too-many-requests", "Your quota is spent for now", 429, &(
        "Uw organisatie vraagt nu te veel achter elkaar.",
        Some(
            "Wacht zo veel seconden als in Retry-After staat en probeer het opnieuw. RateLimit en RateLimit-Policy noemen uw quotum.",
        ),
    ))
    .detail("Wait as many seconds as Retry-After says. RateLimit and RateLimit-Policy tell your quota.")
    .retry_after(1);

/// 431: more header lines, or longer ones, than the gateway takes.
pub const HEADERS_TOO_LARGE: Problem = Problem::new(
    "headers-too-large",
    "The headers are too many or too large",
    431,
    &(
        "Uw programma stuurt te veel mee in de kop van het verzoek (headers).",
        Some("Meld dit aan de leverancier van dat programma: stuur minder of kortere headers."),
    ),
)
.detail("Send fewer or shorter headers.");

/// 500: our fault; the body is always the same and the cause stands in the log.
pub const INTERNAL: Problem = Problem::new(
    "internal",
    "Something went wrong at the gateway",
    500,
    &(
        "Er ging iets mis bij de gateway.",
        Some("Er is niets vrijgegeven. Geef het nummer bij traceId door aan de beheerder."),
    ),
)
.detail("Nothing was released. Tell the operator the traceId.");

/// 503: the gateway's own clock is not right, and by a wrong one nothing is decided or written.
pub const CLOCK: Problem = Problem::new("clock", "The gateway's clock is not right", 503, &(
        "De klok van de gateway loopt niet goed.",
        Some(
            "Er is niets opgeslagen of vrijgegeven. De beheerder van de gateway zet de klok goed; probeer het daarna opnieuw, met hetzelfde bericht en dezelfde Idempotency-Key.",
        ),
    ))
    .detail(
        "Nothing was stored or released. The gateway's operator sets the clock right; then send the same request with the same \
     Idempotency-Key.",
    )
    .retry_after(30);

/// 503: not now; nothing was released. A repeat with the same Idempotency-Key is safe.
pub const UNAVAILABLE: Problem = Problem::new("unavailable", "The gateway cannot do this now", 503, &(
        "De gateway kan dit nu niet.",
        Some(
            "Probeer het opnieuw na zo veel seconden als in Retry-After staat, met hetzelfde bericht en dezelfde Idempotency-Key: dan gebeurt er niets dubbel.",
        ),
    ))
    .detail(
        "Wait as many seconds as Retry-After says and send the same request with the same Idempotency-Key.",
    )
    .retry_after(2);
