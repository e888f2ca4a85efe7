using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fovea.Cli.Flags;

/// <summary>One flag of a verb: how it is written, and what it changes in the verb's options.</summary>
/// <param name="Option">Its names, its help and how its text is read.</param>
/// <param name="Group">The heading that the help prints it under.</param>
/// <param name="Set">The options with the flag's value in them.</param>
internal sealed record Flag<TOptions>(Option Option, string Group, Func<ParseResult, TOptions, TOptions> Set);

/// <summary>The flags of a verb. Flags that were not given leave the options as they are, so that they can be laid over a file's.</summary>
internal sealed class FlagSet<TOptions>
{
    private readonly List<Flag<TOptions>> _all = [];
    private string _group = "Options";

    /// <summary>The flags in the order of the help.</summary>
    public IReadOnlyList<Flag<TOptions>> All => _all;

    /// <summary>Begins a group: the flags added next are of it.</summary>
    public FlagSet<TOptions> Group(string title)
    {
        _group = title;
        return this;
    }

    /// <summary>Adds a flag with a value.</summary>
    /// <param name="names">Its name and its aliases, separated by spaces.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="help">What it is, its range, its default.</param>
    /// <param name="set">The options with a value of it.</param>
    public FlagSet<TOptions> Add<T>(string names, FlagValue<T> value, string help, Func<TOptions, T, TOptions> set)
    {
        Option<T> option = Make<T>(names, help, value.Placeholder, result => Read(result, value, result.Tokens[0].Value));
        option.Arity = ArgumentArity.ExactlyOne;
        return Add(option, (parsed, options) => set(options, parsed.GetRequiredValue(option)));
    }

    /// <summary>Adds a flag that may be given several times.</summary>
    public FlagSet<TOptions> AddMany<T>(string names, FlagValue<T> value, string help, Func<TOptions, IReadOnlyList<T>, TOptions> set)
    {
        Option<List<T>> option = Make<List<T>>(names, help, value.Placeholder, result =>
            [.. result.Tokens.Select(token => Read(result, value, token.Value)).OfType<T>()]);
        option.Arity = ArgumentArity.OneOrMore;
        return Add(option, (parsed, options) => set(options, parsed.GetRequiredValue(option)));
    }

    /// <summary>Adds a flag that is on when given, and that also takes <c>true</c> or <c>false</c>.</summary>
    public FlagSet<TOptions> AddSwitch(string names, string help, Func<TOptions, bool, TOptions> set)
    {
        string[] all = names.Split(' ');
        var option = new Option<bool>(all[0], all[1..]) { Description = help, Arity = ArgumentArity.ZeroOrOne };
        return Add(option, (parsed, options) => set(options, parsed.GetValue(option)));
    }

    /// <summary>Adds the flags to a verb.</summary>
    public void AddTo(Verb verb)
    {
        foreach (IGrouping<string, Flag<TOptions>> group in _all.GroupBy(f => f.Group))
        {
            verb.Add(group.Key, [.. group.Select(f => f.Option)]);
        }
    }

    /// <summary>The options with the flags that were given.</summary>
    public TOptions Apply(ParseResult parsed, TOptions options) =>
        Given(parsed).Aggregate(options, (changed, flag) => flag.Set(parsed, changed));

    /// <summary>The flags that were given.</summary>
    public IEnumerable<Flag<TOptions>> Given(ParseResult parsed) => _all.Where(f => parsed.GetResult(f.Option) is { Implicit: false });

    private static Option<T> Make<T>(string names, string help, string placeholder, Func<ArgumentResult, T?> parse)
    {
        string[] all = names.Split(' ');
        return new Option<T>(all[0], all[1..]) { Description = help, HelpName = placeholder, CustomParser = parse };
    }

    private static T? Read<T>(ArgumentResult result, FlagValue<T> value, string text)
    {
        try
        {
            return value.Read(text);
        }
        catch (FormatException e)
        {
            result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: {e.Message}");
            return default;
        }
    }

    private FlagSet<TOptions> Add(Option option, Func<ParseResult, TOptions, TOptions> set)
    {
        _all.Add(new Flag<TOptions>(option, _group, set));
        return this;
    }
}
