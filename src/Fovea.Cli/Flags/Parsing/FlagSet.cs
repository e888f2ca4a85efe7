using System.CommandLine;
using System.CommandLine.Parsing;

namespace Fovea.Cli.Flags;

/// <summary>One flag of a verb: how it is written, and what it changes in the verb's options.</summary>
/// <param name="Option">Its names, its help and how its text is read.</param>
/// <param name="Group">The heading that the help prints it under.</param>
/// <param name="Set">The options with the flag's value in them.</param>
internal sealed record Flag<TOptions>(Option Option, string Group, Func<ParseResult, TOptions, TOptions> Set);

/// <summary>
/// The flags of a verb. Flags that were not given leave the options as they are, so that they can be laid over a file's. Two that say
/// different things are an error: nothing is settled by which comes last.
/// </summary>
internal sealed class FlagSet<TOptions>
{
    private readonly List<Flag<TOptions>> _all = [];
    private readonly List<Func<GivenFlags, string?>> _rules = [];
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
        Option<T> option = Make<T, T>(names, help, value, result => Read(result, value, result.Tokens[0].Value));
        option.Arity = ArgumentArity.ExactlyOne;
        return Add(option, (parsed, options) => set(options, parsed.GetRequiredValue(option)));
    }

    /// <summary>Adds a flag that may be given several times: all that is given counts.</summary>
    public FlagSet<TOptions> AddMany<T>(string names, FlagValue<T> value, string help, Func<TOptions, IReadOnlyList<T>, TOptions> set)
    {
        Option<List<T>> option = Make<List<T>, T>(names, help, value, result =>
            [.. result.Tokens.Select(token => Read(result, value, token.Value)).OfType<T>()]);
        option.Arity = ArgumentArity.OneOrMore;
        return Add(option, (parsed, options) => set(options, parsed.GetRequiredValue(option)));
    }

    /// <summary>Adds a flag that stands alone or has a value, and that may be given several times.</summary>
    /// <param name="names">Its name and its aliases, separated by spaces.</param>
    /// <param name="value">What it takes.</param>
    /// <param name="alone">What it means without a value.</param>
    /// <param name="help">What it is, its range, its default.</param>
    /// <param name="set">The options with the values of it.</param>
    public FlagSet<TOptions> AddOptional<T>(string names, FlagValue<T> value, T alone, string help, Func<TOptions, IReadOnlyList<T>, TOptions> set)
    {
        Option<List<T>> option = Make<List<T>, T>(names, help, value, result => [.. result.Tokens.Select(token => Read(result, value, token.Value)).OfType<T>()]);
        option.Arity = ArgumentArity.ZeroOrMore;
        return Add(option, (parsed, options) =>
        {
            List<T> given = parsed.GetValue(option) ?? [];
            return set(options, parsed.GetResult(option)!.IdentifierTokenCount > given.Count ? [alone, .. given] : given);
        });
    }

    /// <summary>Adds a flag of names and values, <c>k=v</c>, that may be given several times, but not with two values of one name.</summary>
    public FlagSet<TOptions> AddPairs(string names, string help, Func<TOptions, IReadOnlyDictionary<string, string>, TOptions> set)
    {
        FlagValue<KeyValuePair<string, string>> value = FlagValues.Pair;
        Option<Dictionary<string, string>> option = Make<Dictionary<string, string>, KeyValuePair<string, string>>(names, help, value, result =>
        {
            var pairs = new Dictionary<string, string>();
            foreach ((string name, string text) in result.Tokens.Select(token => Read(result, value, token.Value)).Where(p => p.Key is not null))
            {
                if (!pairs.TryAdd(name, text) && pairs[name] != text)
                {
                    result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: {name} is given twice, as {pairs[name]} and as {text}; leave one.");
                }
            }

            return pairs;
        });
        option.Arity = ArgumentArity.OneOrMore;
        return Add(option, (parsed, options) => set(options, parsed.GetRequiredValue(option)));
    }

    /// <summary>Adds a flag that is on when given, and that also takes <c>true</c> or <c>false</c>.</summary>
    public FlagSet<TOptions> AddSwitch(string names, string help, Func<TOptions, bool, TOptions> set)
    {
        string[] all = names.Split(' ');
        var option = new Option<bool>(all[0], all[1..]) { Description = help, Arity = ArgumentArity.ZeroOrOne };
        option.Validators.Add(result =>
        {
            if (result.IdentifierTokenCount > 1)
            {
                result.AddError($"{all[0]} is given {result.IdentifierTokenCount} times; leave one.");
            }
        });
        return Add(option, (parsed, options) => set(options, parsed.GetValue(option)));
    }

    /// <summary>Adds a rule over several flags.</summary>
    /// <param name="problem">Given the flags of a command line, what is wrong with them together; null for nothing.</param>
    public FlagSet<TOptions> Rule(Func<GivenFlags, string?> problem)
    {
        _rules.Add(problem);
        return this;
    }

    /// <summary>Adds the flags to a verb.</summary>
    public void AddTo(Verb verb)
    {
        foreach (IGrouping<string, Flag<TOptions>> group in _all.GroupBy(f => f.Group))
        {
            verb.Add(group.Key, [.. group.Select(f => f.Option)]);
        }

        verb.Validators.Add(result =>
        {
            var given = new GivenFlags(result);
            foreach (string problem in _rules.Select(rule => rule(given)).OfType<string>().Distinct())
            {
                result.AddError(problem);
            }
        });
    }

    /// <summary>The options with the flags that were given.</summary>
    public TOptions Apply(ParseResult parsed, TOptions options) =>
        Given(parsed).Aggregate(options, (changed, flag) => flag.Set(parsed, changed));

    /// <summary>The flags that were given.</summary>
    public IEnumerable<Flag<TOptions>> Given(ParseResult parsed) => _all.Where(f => parsed.GetResult(f.Option) is { Implicit: false });

    private static Option<TOption> Make<TOption, TValue>(string names, string help, FlagValue<TValue> value, Func<ArgumentResult, TOption?> parse)
    {
        string[] all = names.Split(' ');
        var option = new Option<TOption>(all[0], all[1..]) { Description = help, HelpName = value.Placeholder, CustomParser = parse };
        if (value.Words is { } words)
        {
            option.CompletionSources.Add([.. words]);
        }

        return option;
    }

    private static T? Read<T>(ArgumentResult result, FlagValue<T> value, string text)
    {
        string? name = (result.Parent as OptionResult)?.Option.Name;
        if (Usage.IsFlag(result, text))
        {
            // A value was forgotten, and the next flag came in its place. A path that looks like one can be written ./--so.
            result.AddError($"{name}: expected a value, got the flag {text}.");
            return default;
        }

        try
        {
            return value.Read(text);
        }
        catch (FormatException e)
        {
            result.AddError($"{name}: {e.Message}");
            return default;
        }
    }

    private FlagSet<TOptions> Add(Option option, Func<ParseResult, TOptions, TOptions> set)
    {
        _all.Add(new Flag<TOptions>(option, _group, set));
        return this;
    }
}
