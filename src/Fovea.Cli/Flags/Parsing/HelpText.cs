using System.CommandLine;
using System.CommandLine.Invocation;

namespace Fovea.Cli.Flags;

/// <summary>Prints the help of a command: what it does, its usage, its flags by group, examples.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int WidestName = 34;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    /// <summary>Writes the help of a command.</summary>
    public static void Write(Command command, TextWriter output)
    {
        int width = Terminal.WidthOf(output);
        Wrap(output, command.Description ?? string.Empty, string.Empty, width);
        output.WriteLine();
        Section(output, "Usage", width, [(UsageOf(command), string.Empty)]);
        Section(output, "Verbs", width, command.Subcommands.Select(c => (c.Name, c.Description ?? string.Empty)));
        Section(output, "Arguments", width, command.Arguments.Select(a => (a.Name.ToUpperInvariant(), a.Description ?? string.Empty)));
        IReadOnlyList<FlagGroup> groups = command is Verb verb ? verb.Groups : [];
        foreach (IGrouping<string, FlagGroup> group in groups.GroupBy(g => g.Title))
        {
            Section(output, group.Key, width, group.SelectMany(g => g.Options).Select(o => (NamesOf(o), o.Description ?? string.Empty)));
        }

        Section(output, "Help", width, command is RootCommand
            ? [("-h, --help", "Print this."), ("--version", "Print the version.")]
            : [("-h, --help", "Print this.")]);
        Section(output, "Examples", width, command is Verb { Examples: var examples }
            ? examples.Select(e => (e, string.Empty))
            : [("fovea train", string.Empty), ("fovea VERB --help", string.Empty)]);
    }

    private static string UsageOf(Command command)
    {
        string arguments = string.Concat(command.Arguments.Select(a => a.Arity switch
        {
            { MinimumNumberOfValues: 0, MaximumNumberOfValues: > 1 } => $" [{a.Name.ToUpperInvariant()}...]",
            { MinimumNumberOfValues: 0 } => $" [{a.Name.ToUpperInvariant()}]",
            { MaximumNumberOfValues: > 1 } => $" {a.Name.ToUpperInvariant()}...",
            _ => $" {a.Name.ToUpperInvariant()}",
        }));
        return command.Subcommands.Count > 0 ? $"{Usage.PathOf(command)} VERB [flags]" : $"{Usage.PathOf(command)}{arguments} [flags]";
    }

    private static string NamesOf(Option option)
    {
        // The short name first, as everywhere.
        IEnumerable<string> names = option.Aliases.Where(a => a.Length == 2).Append(option.Name).Concat(option.Aliases.Where(a => a.Length > 2)).Distinct();
        string value = option.HelpName is { } placeholder ? $" {placeholder}"
            : option.Arity.MaximumNumberOfValues > 0 ? " [true|false]"
            : string.Empty;
        return string.Join(", ", names) + value;
    }

    private static void Section(TextWriter output, string title, int width, IEnumerable<(string Name, string Help)> lines)
    {
        (string Name, string Help)[] all = [.. lines];
        if (all.Length == 0)
        {
            return;
        }

        output.WriteLine($"{title}:");
        int column = Indent + Math.Min(WidestName, all.Max(l => l.Name.Length)) + 2;
        foreach ((string name, string help) in all)
        {
            string left = $"{new string(' ', Indent)}{name}";
            if (help.Length == 0)
            {
                output.WriteLine(left);
            }
            else if (left.Length + 2 > column)
            {
                output.WriteLine(left);
                Wrap(output, help, new string(' ', column), width);
            }
            else
            {
                Wrap(output, help, left.PadRight(column), width);
            }
        }

        output.WriteLine();
    }

    /// <summary>Writes words into lines of the width; the lines after the first are indented as far as the first.</summary>
    private static void Wrap(TextWriter output, string text, string first, int width)
    {
        string line = first;
        bool isEmpty = true;
        foreach (string word in text.Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                output.WriteLine(line);
                (line, isEmpty) = (new string(' ', first.Length), true);
            }

            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }

        output.WriteLine(line);
    }
}
