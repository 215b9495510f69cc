import base from "../playwright.config";

/** Takes the pictures in `docs/images` again: `npm run e2e -- -c e2e/pictures`. */
export default { ...base, testMatch: "*.picture.ts", outputDir: "../../test-results" };
