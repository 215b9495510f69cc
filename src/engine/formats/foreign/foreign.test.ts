import { describe, expect, it } from "vitest";
import { IMPORTERS } from "../importers/registry";
import { roundTrips } from "./testing";
import { FOREIGN_WRITERS } from "./writeDump";

describe("a dump in a foreign format", () => {
	it("can be written for every importer but our own", () => {
		const ids = IMPORTERS.map(({ id }) => id).filter((id) => id !== "ascribe");
		expect(FOREIGN_WRITERS.map(({ importer }) => importer).sort()).toEqual(ids.sort());
	});

	// Thousands of cases: npm run prove -- imports.
	it.each(FOREIGN_WRITERS.map((writer) => [writer.importer, writer] as const))(
		"of %s is recognised by content and brings back what the format carries",
		(_, writer) => roundTrips(writer, 25),
	);
});
