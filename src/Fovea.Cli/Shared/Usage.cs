using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fovea.Cli;

/// <summary>Answers a command that does not parse: what is wrong, the nearest right word, where the help is.</summary>
internal static class Usage
{
    public static int Explain(ParseResult parsed, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        string path = PathOf(command);
        foreach (string problem in Problems(parsed, command))
        {
            error.WriteLine($"error: {path}: {problem}");
        }

        error.WriteLine($"See: {path} --help");
        return ExitCode.WrongUse;
    }

    /// <summary>The words that lead to a command: <c>fovea</c>, <c>fovea train</c>.</summary>
    public static string PathOf(Command command) => command is RootCommand ? "fovea" : $"fovea {command.Name}";

    /// <summary>Whether a word can only have been meant as a flag: <c>--data</c>, <c>-b</c>. Numbers below zero are none.</summary>
    public static bool LooksLikeFlag(string word) => word is ['-', '-', _, ..] or ['-', (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..];

    /// <summary>Whether a word in the place of a flag's value is the next flag: one of the command's, or anything with two hyphens before it.</summary>
    public static bool IsFlag(SymbolResult value, string word)
    {
        while (value is not CommandResult && value.Parent is { } parent)
        {
            value = parent;
        }

        return word is ['-', '-', _, ..] || (value is CommandResult { Command: var command } && command.Options.Any(o => o.Name == word || o.Aliases.Contains(word)));
    }

    /// <summary>What to say about a flag that the command does not have.</summary>
    public static string UnknownFlag(Command command, string word)
    {
        IEnumerable<string> known = command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal));
        return Unknown("flag", word, Suggestion.Nearest(word.Split('=')[0], known));
    }

    // The first kind of mistake that there is: the others mostly follow from it. After a misspelt flag, its value is taken for an
    // argument, and what should have been the argument is one too many.
    private static string[] Problems(ParseResult parsed, Command command)
    {
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.FirstOrDefault() is { } verb && !LooksLikeFlag(verb))
        {
            return [Unknown("verb", verb, Suggestion.Nearest(verb, command.Subcommands.Select(c => c.Name)))];
        }

        // A flag that took the next one for its value leaves words over, which are no mistakes of their own.
        string[] forgotten = [.. parsed.Errors.Where(e => OptionOf(e.SymbolResult) is { } o && o.Tokens.Any(t => IsFlag(o, t.Value))).Select(Say).Distinct()];
        if (forgotten.Length > 0)
        {
            return forgotten;
        }

        string[] flags = [.. UnknownFlags(parsed, command).Distinct()];
        if (flags.Length > 0)
        {
            return flags;
        }

        if (parsed.UnmatchedTokens is [var word, ..])
        {
            return [Unknown("argument", word, null)];
        }

        return [.. parsed.Errors.Select(Say).Distinct()];
    }

    private static IEnumerable<string> UnknownFlags(ParseResult parsed, Command command) => parsed.Tokens
        .TakeWhile(t => t.Type != TokenType.DoubleDash)
        .Where(t => t.Type == TokenType.Argument && LooksLikeFlag(t.Value))
        .Select(t => UnknownFlag(command, t.Value));

    private static OptionResult? OptionOf(SymbolResult? result) => result as OptionResult ?? result?.Parent as OptionResult;

    private static string Say(ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Argument: var argument, Parent: CommandResult } => $"{argument.Name.ToUpperInvariant()} is missing.",
        OptionResult { Tokens.Count: 0, Option: var option } => $"{option.Name}: expected {option.HelpName ?? "a value"}, got nothing.",
        OptionResult { IdentifierTokenCount: > 1 and var times, Option: { Arity.MaximumNumberOfValues: 1 } option } given => given.Tokens.Select(t => t.Value).Distinct().ToArray() is { Length: > 1 } values
            ? $"{option.Name} is given {times} times, as {string.Join(" and as ", values)}; leave one."
            : $"{option.Name} is given {times} times; leave one.",
        _ => error.Message,
    };

    private static string Unknown(string kind, string word, string? near) =>
        $"there is no {kind} \"{word}\"{(near is null ? "." : $"; did you mean \"{near}\"?")}";
}
