using System.CommandLine;
using Fovea.Cli.Flags;

namespace Fovea.Cli.Verbs;

/// <summary><c>help VERB</c>: what <c>VERB --help</c> prints.</summary>
internal static class HelpVerb
{
    public static Verb Build()
    {
        var verb = new Verb("help", "Print the help of a verb, or of all of them.", "fovea help train", "fovea help");
        Argument<string?> about = verb.AddArgument<string?>("verb", "A verb; default: none, which lists them.", ArgumentArity.ZeroOrOne);
        about.CompletionSources.Add([.. CommandLine.Verbs]);
        verb.SetAction(parsed => Run(parsed.GetValue(about), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(string? name, TextWriter output)
    {
        RootCommand root = CommandLine.Root(name is null ? [] : [name]);
        Command about = name is null
            ? root
            : root.Subcommands.FirstOrDefault(c => c.Name == name)
                ?? throw new OptionException("help", $"there is no verb \"{name}\"; {Suggestion.Hint(name, CommandLine.Verbs)}");
        HelpText.Write(about, output);
        return ExitCode.Done;
    }
}
