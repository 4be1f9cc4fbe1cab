import { createMeeting, type Meeting, writeDone } from './meeting.js';
import type { Message, Reply } from './messages.js';
import { type LoadedWork, loadWork } from './performWork.js';

/** What a thread does with each message. `reply` sends an answer. */
export function createObedience(reply: (reply: Reply) => void): (message: Message) => void {
  const loaded = new Map<number, LoadedWork>();
  let memory: WebAssembly.Memory | undefined;
  let meeting: Meeting | undefined;
  let isFirst = false;
  return (message) => {
    switch (message.kind) {
      case 'start':
        memory = message.memory;
        meeting = createMeeting(memory.buffer, message.threads);
        isFirst = message.thread === 0;
        reply({ kind: 'ready' });
        return;
      case 'load': {
        const instance = new WebAssembly.Instance(message.module, { m: { m: memory as WebAssembly.Memory } });
        loaded.set(message.id, loadWork(message.work, instance.exports));
        return;
      }
      case 'run':
        loaded.get(message.id)?.run(message.tables, meeting);
        meeting?.meet();
        if (!isFirst) return;
        writeDone((memory as WebAssembly.Memory).buffer, message.run);
        reply({ kind: 'done', run: message.run });
        return;
      case 'unload':
        loaded.delete(message.id);
        return;
      default: {
        const unknown: never = message;
        throw new Error(`a message of an unknown kind: ${JSON.stringify(unknown)}`);
      }
    }
  };
}
