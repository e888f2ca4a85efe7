using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fovea.Cli;

/// <summary>Answers a command that does not parse: what is wrong, the nearest right word, where the help is.</summary>
internal static class Usage
{
    public static int Explain(ParseResult parsed, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        string path = command is RootCommand ? "fovea" : $"fovea {command.Name}";
        var told = new HashSet<string>();
        foreach (string token in parsed.UnmatchedTokens)
        {
            IEnumerable<string> known = token.StartsWith('-')
                ? command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal))
                : command.Subcommands.Select(c => c.Name);
            string? near = Suggestion.Nearest(token.Split('=')[0], known);
            string kind = token.StartsWith('-') ? "flag" : command.Subcommands.Count > 0 ? "verb" : "argument";
            if (told.Add(token))
            {
                error.WriteLine($"error: {path}: there is no {kind} \"{token}\"{(near is null ? "." : $"; did you mean \"{near}\"?")}");
            }
        }

        if (told.Count == 0)
        {
            foreach (ParseError problem in parsed.Errors)
            {
                error.WriteLine($"error: {path}: {problem.Message}");
            }
        }

        error.WriteLine($"See: {path} --help");
        return ExitCode.WrongUse;
    }
}
