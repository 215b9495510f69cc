import process from "node:process";
import { roundTrips } from "../src/engine/formats/foreign/testing";
import { FOREIGN_WRITERS } from "../src/engine/formats/foreign/writeDump";

// Dumps in every foreign format: thousands of random rollouts written as that trainer would and read back by content.

const CASES = Number(process.argv[2] ?? 2000);
let failed = 0;
for (const writer of FOREIGN_WRITERS)
	try {
		await roundTrips(writer, CASES);
		process.stdout.write(`${writer.importer.padEnd(20)} ${CASES} dumps, all as written\n`);
	} catch (error) {
		failed += 1;
		process.stdout.write(`${writer.importer.padEnd(20)} ${(error as Error).message}\n`);
	}
process.exit(failed > 0 ? 1 : 0);
