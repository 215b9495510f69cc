export { addcarry } from "./addcarry";
export { keychain } from "./keychain";
export { keydoor } from "./keydoor";
export { lake } from "./lake";
export { modchain } from "./modchain";
export { star } from "./star";
export { strategy } from "./strategy";
