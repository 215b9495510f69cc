export { keydoor } from "./keydoor";
