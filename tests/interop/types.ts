// What a caller in TypeScript leans on: it compiles only where the types that are generated say this.
import type { components, operations } from "./api";

type Pulled = operations["pullPacket"]["responses"][200]["content"];
type Taken = operations["pushPacket"]["requestBody"]["content"]["application/json"];
type Problem = components["schemas"]["Problem"];

export const jwe = (pulled: Pulled): string => pulled["application/jose"];

// One name and no other: what is described beside it, a client might ask for and misread.
export const names: Record<keyof Pulled, true> = { "application/jose": true };

export const packet: Taken = {
  dataset: "uitstroomprofiel",
  purpose: "loopbaanbegeleiding",
  recipients: [{ municipality: "0361", role: "werk-en-inkomen" }],
  person: { reference: { kind: "own", value: "L-2044" }, birthDate: "2009-04-00", verblijf: "0361", ingeschreven: true },
  content: { persoon: { voornamen: "Zoë" } },
};

export const question: operations["evaluate"]["requestBody"]["content"]["application/json"] = {
  subject: { type: "party", id: "werk-en-inkomen" },
  action: { name: "receive" },
  resource: { type: "dataset", id: "verzoek-voortzetting" },
  context: { purpose: "voortzetting-ondersteuning", senderRole: "pro-school", age: 17 },
};

export const key: operations["publishKey"]["requestBody"]["content"]["application/json"] = {
  key: { kty: "EC", crv: "P-256", x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" },
};

export const reasons = (problem: Problem): string[] => (problem.errors ?? []).map((fault) => fault.nl);
