"""Holds publiccode.yml against the standard, version 0.5: its mandatory keys, lengths and lists. Written from the text of
the standard (publiccode.yml, chapter "Top-level keys and sections").

The standard's own checker (publiccode-parser-go) is a Go program, and no package of PyPI, npm or Rust brings it or another one.
Its results for this file are therefore not known. With SLUIS_RELEASE=1 an address that is invented (`.example`) is a fault too.
"""

import os
import re
import sys

import yaml

STATUS = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {"standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend",
         "standalone/other", "addon", "library", "configurationFiles"}
PLATFORMS = {"web", "windows", "mac", "linux", "ios", "android"}
MAINTENANCE = {"internal", "contract", "community", "none"}
KNOWN = {"publiccodeYmlVersion", "name", "applicationSuite", "url", "landingURL", "isBasedOn", "softwareVersion",
         "releaseDate", "logo", "platforms", "categories", "organisation", "usedBy", "roadmap", "developmentStatus",
         "softwareType", "intendedAudience", "description", "legal", "maintenance", "localisation", "dependsOn",
         "fundedBy", "IT", "it"}


# Of the standard's list of categories those that fit a program such as this one.
CATEGORIES = {"application-development", "communications", "compliance-management", "data-analytics", "data-collection",
              "data-visualization", "document-management", "identity-management", "it-management", "it-security",
              "other", "regulations-and-directives", "workflow-management"}


def addresses(told):
    """Every text below that is an address of the web or of mail."""
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, list):
        return [address for one in told for address in addresses(one)]
    return [told] if isinstance(told, str) and re.fullmatch(r"https?://\S+|\S+@\S+", told) else []


def faults(told):
    def ask(holds, what):
        if not holds:
            yield what

    yield from ask(str(told.get("publiccodeYmlVersion")) == "0.5", "publiccodeYmlVersion is not 0.5")
    for key in sorted(set(told) - KNOWN):
        yield f"{key} is not known"
    for key in ("url", "landingURL"):
        yield from ask(key not in told or told[key].startswith("https://"), f"{key} is no https address")
    yield from ask(told.get("name"), "name is missing")
    yield from ask(set(told.get("platforms", [])) & PLATFORMS, "platforms names none that is known")
    yield from ask(told.get("categories"), "categories is missing")
    for category in sorted(set(told.get("categories", [])) - CATEGORIES):
        yield f"category {category} is not in the standard's list, or not one for such a program"
    if os.environ.get("SLUIS_RELEASE") == "1":
        for address in addresses(told):
            yield from ask(not re.search(r"\.example(/|$)", address), f"no release: {address} is invented")
    yield from ask(told.get("developmentStatus") in STATUS, "developmentStatus is not in the list")
    yield from ask(told.get("softwareType") in TYPES, "softwareType is not in the list")
    if "releaseDate" in told:
        yield from ask(re.fullmatch(r"\d{4}-\d\d-\d\d", str(told["releaseDate"])), "releaseDate is no date")
        yield from ask("softwareVersion" in told, "a releaseDate without softwareVersion")
    organisation = told.get("organisation", {})
    yield from ask(organisation.get("uri"), "organisation.uri is missing")
    yield from ask(told.get("description"), "description is missing")
    for language, text in told.get("description", {}).items():
        yield from ask(0 < len(text.get("shortDescription", "")) <= 150, f"{language}: shortDescription is not 1 to 150")
        yield from ask(150 <= len(text.get("longDescription", "")) <= 10000, f"{language}: longDescription is not 150 to 10000")
        features = text.get("features", [])
        yield from ask(features and all(len(one) <= 100 for one in features), f"{language}: features, each up to 100")
    yield from ask(told.get("legal", {}).get("license"), "legal.license is missing")
    maintenance = told.get("maintenance", {})
    kind = maintenance.get("type")
    yield from ask(kind in MAINTENANCE, "maintenance.type is not in the list")
    if kind in ("internal", "community"):
        contacts = maintenance.get("contacts", [])
        yield from ask(contacts, f"maintenance.type {kind} needs contacts")
        for contact in contacts:
            yield from ask(len(contact.get("name", "").split()) > 1, "a contact is a person with a full name")
            yield from ask("@" in contact.get("email", ""), "a contact has no address for mail")
    localisation = told.get("localisation", {})
    yield from ask(isinstance(localisation.get("localisationReady"), bool), "localisation.localisationReady is missing")
    yield from ask(localisation.get("availableLanguages"), "localisation.availableLanguages is missing")
    yield from ask(set(told.get("description", {})) <= set(localisation.get("availableLanguages", [])),
                   "a description in a language that is not available")


found = list(faults(yaml.safe_load(open(sys.argv[1], encoding="utf-8"))))
print("\n".join(found) if found else f"{sys.argv[1]}: conforms to publiccode.yml 0.5")
sys.exit(bool(found))
