using System.Runtime.CompilerServices;

namespace Fovea.Attention;

/// <summary>
/// What mechanisms are derived from. What must be given is a parameter of the constructor, what may be given an init property, and both
/// are views of the options on the card: one declaration has name, range, default and help.
/// </summary>
/// <remarks>
/// An object initialiser runs after the constructor, so the parts are made by <see cref="Build(AttentionOptions)"/>, when they are first
/// needed. A value out of range is refused where it is set; options that do not go together are refused when the parts are made.
/// </remarks>
/// <typeparam name="TSelf">The mechanism.</typeparam>
public abstract class Mechanism<TSelf> : Module, IMechanism
    where TSelf : Mechanism<TSelf>, IAttention<TSelf>
{
    /// <summary>Begins with the options that must be given, by their names on the card.</summary>
    /// <exception cref="OptionException">One is out of range.</exception>
    protected Mechanism(params ReadOnlySpan<(string Name, object? Value)> required) => Options = AttentionOptions.Of(TSelf.Card, required);

    /// <summary>Takes options as they are.</summary>
    protected Mechanism(AttentionOptions options) => Options = options;

    /// <summary>The options that were given, checked against the card.</summary>
    public AttentionOptions Options { get; private set; }

    /// <summary>Makes and registers the parts.</summary>
    /// <exception cref="OptionException">The options do not go together.</exception>
    protected abstract void Build(AttentionOptions options);

    /// <inheritdoc/>
    protected internal sealed override void Build() => Build(Options);

    /// <summary>Reads the option of a property: a whole number.</summary>
    protected int Integer([CallerMemberName] string property = "") => Options.Integer(Spec(property).Name);

    /// <summary>Reads the option of a property: a whole number or null.</summary>
    protected int? IntegerOrNull([CallerMemberName] string property = "") => Options.IntegerOrNull(Spec(property).Name);

    /// <summary>Reads the option of a property: a number.</summary>
    protected double Number([CallerMemberName] string property = "") => Options.Number(Spec(property).Name);

    /// <summary>Reads the option of a property: a number or null.</summary>
    protected double? NumberOrNull([CallerMemberName] string property = "") => Options.NumberOrNull(Spec(property).Name);

    /// <summary>Reads the option of a property: a switch.</summary>
    protected bool Boolean([CallerMemberName] string property = "") => Options.Boolean(Spec(property).Name);

    /// <summary>Reads the option of a property: a switch or null.</summary>
    protected bool? BooleanOrNull([CallerMemberName] string property = "") => Options.BooleanOrNull(Spec(property).Name);

    /// <summary>Reads the option of a property: a member of an enumeration.</summary>
    protected TEnum Choice<TEnum>([CallerMemberName] string property = "")
        where TEnum : struct, Enum
    {
        OptionSpec spec = Spec(property);
        return ChoiceWords.Parse<TEnum>(Options.Choice(spec.Name), spec.Separator);
    }

    /// <summary>Reads the option of a property: several members of an enumeration.</summary>
    protected IReadOnlyList<TEnum> Choices<TEnum>([CallerMemberName] string property = "")
        where TEnum : struct, Enum
    {
        OptionSpec spec = Spec(property);
        return [.. Options.Choices(spec.Name).Select(w => ChoiceWords.Parse<TEnum>(w, spec.Separator))];
    }

    /// <summary>Sets the option of a property to a number, a switch or null.</summary>
    /// <exception cref="OptionException">The value is out of range.</exception>
    protected void Set(object? value, [CallerMemberName] string property = "") => Options = Options.With(Spec(property).Name, value);

    /// <summary>Sets the option of a property to a member of an enumeration.</summary>
    protected void SetChoice<TEnum>(TEnum value, [CallerMemberName] string property = "")
        where TEnum : struct, Enum
    {
        OptionSpec spec = Spec(property);
        Options = Options.With(spec.Name, ChoiceWords.Of(value, spec.Separator));
    }

    /// <summary>Sets the option of a property to several members of an enumeration.</summary>
    /// <exception cref="OptionException">There are none.</exception>
    protected void SetChoices<TEnum>(IReadOnlyList<TEnum> value, [CallerMemberName] string property = "")
        where TEnum : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(value);
        OptionSpec spec = Spec(property);
        Options = Options.With(spec.Name, value.Select(v => ChoiceWords.Of(v, spec.Separator)));
    }

    private static OptionSpec Spec(string property) => TSelf.Card.Options.FirstOrDefault(o => o.Property == property)
        ?? throw new InvalidOperationException($"{TSelf.Card.Key}: the card has no option for the property {property}; add one, or name its Property.");
}
