import { POLICY_GRID } from "../../engine/formats/policies";

/** How the policies of a recording are kept: rounded to multiples of this. */
export const ROUNDED = `parameters to 1/${1 / POLICY_GRID}`;
