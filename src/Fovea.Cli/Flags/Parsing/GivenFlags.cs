using System.CommandLine.Parsing;

namespace Fovea.Cli.Flags;

/// <summary>The flags and arguments of a command line as text, for rules over several of them.</summary>
internal sealed class GivenFlags
{
    private readonly Dictionary<string, string> _texts = [];

    /// <summary>Reads them off a command.</summary>
    public GivenFlags(CommandResult command)
    {
        foreach (SymbolResult given in command.Children)
        {
            string text = string.Join(' ', given.Tokens.Select(t => t.Value));
            if (given is OptionResult { Implicit: false, Option.Name: var flag })
            {
                _texts[flag] = text;
            }
            else if (given is ArgumentResult { Tokens.Count: > 0, Argument.Name: var argument })
            {
                _texts[argument] = text;
            }
        }
    }

    /// <summary>What was given to a flag, by its first name, or to an argument: several values with spaces between, nothing for a switch alone; else null.</summary>
    public string? this[string name] => _texts.GetValueOrDefault(name);

    /// <summary>What to say if flags are given that mean nothing beside another.</summary>
    /// <param name="beside">The other, as people read it.</param>
    /// <param name="names">The flags.</param>
    public string? Refuse(string beside, params IEnumerable<string> names) =>
        string.Join(", ", names.Where(_texts.ContainsKey)) is { Length: > 0 } given ? $"{given} cannot be given with {beside}; leave one of them out." : null;
}
