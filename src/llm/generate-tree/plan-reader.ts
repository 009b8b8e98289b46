/** Reads a plan while the model still writes it: gives each task once, as soon as its last brace is there. */
import { parseJson } from '../../core/llm/structured-answer.ts';
import { MOST_TASKS, type Plan, plannedTaskSchema } from './plan-schema.ts';

/** Of one answer. What stands around the JSON is passed over; what is no task is left to the check of the whole. */
export class PlanReader {
  #text = '';
  #position = 0;
  #open: ('{' | '[')[] = [];
  #isInString = false;
  #isEscaped = false;
  #taskStart = -1;
  #given = 0;

  /** Tasks that this piece completed, in order. */
  read(piece: string): Plan['tasks'] {
    this.#text += piece;
    const tasks: Plan['tasks'] = [];
    for (; this.#position < this.#text.length; this.#position++) {
      const source = this.#step(this.#text[this.#position] ?? '');
      const task = source === null ? undefined : plannedTaskSchema.safeParse(parseJson(source)).data;
      if (task === undefined || this.#given === MOST_TASKS) continue;
      this.#given++;
      tasks.push(task);
    }
    return tasks;
  }

  /** The source of the task that ends with this character, if one does. */
  #step(character: string): string | null {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#isInString = false;
      return null;
    }
    // Outside of all braces a quote is prose.
    if (character === '"') this.#isInString = this.#open.length > 0;
    else if (character === '{' || character === '[') {
      if (character === '{' && this.#isTaskPlace()) this.#taskStart = this.#position;
      this.#open.push(character);
    } else if (character === '}' || character === ']') {
      this.#open.pop();
      if (character === '}' && this.#taskStart >= 0 && this.#isTaskPlace()) return this.#takeTask();
    }
    return null;
  }

  /** In the list of `{"tasks": [...]}`, or in a bare list. */
  #isTaskPlace(): boolean {
    const open = this.#open.join('');
    return open === '{[' || open === '[';
  }

  #takeTask(): string {
    const source = this.#text.slice(this.#taskStart, this.#position + 1);
    this.#taskStart = -1;
    return source;
  }
}
