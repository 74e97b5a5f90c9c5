export {
  type ScriptedStream as ScriptedServer,
  startScriptedStream as startScriptedServer,
} from "../fixtures/streams/scripted-stream.ts";
