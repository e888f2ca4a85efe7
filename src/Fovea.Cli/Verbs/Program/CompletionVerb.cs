using System.CommandLine;
using Fovea.Cli.Completion;
using Fovea.Cli.Flags;

namespace Fovea.Cli.Verbs;

/// <summary><c>completion SHELL</c>: prints the script with which a shell completes verbs, flags, models and mechanisms.</summary>
internal static class CompletionVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "completion",
            "Print the script with which a shell completes verbs, flags, models, mechanisms and files; its first line says where it goes.",
            "fovea completion bash",
            "fovea completion zsh");
        Argument<string> shell = verb.AddArgument<string>("shell", $"One of {string.Join(", ", CompletionScripts.All.Keys)}.", ArgumentArity.ExactlyOne);
        shell.CompletionSources.Add([.. CompletionScripts.All.Keys]);
        verb.SetAction(parsed => Run(parsed.GetRequiredValue(shell), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(string shell, TextWriter output)
    {
        output.Write(CompletionScripts.All.TryGetValue(shell, out string? script)
            ? script
            : throw new OptionException("completion", $"there is no script for \"{shell}\"; {Suggestion.Hint(shell, [.. CompletionScripts.All.Keys])}"));
        return ExitCode.Done;
    }
}
