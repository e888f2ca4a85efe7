using System.Globalization;
using System.Reflection;

namespace Fovea.Contract.Tests.Ops;

/// <summary>
/// Every op says what sets it apart from others of its type. What an op forgets, a compiled model would take for the same with any batch.
/// </summary>
public sealed class OpAttributesTests
{
    public static TheoryData<string> Types => [.. OpCase.OpTypes.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Attributes_differ_where_the_fields_do_and_nowhere_else(string type)
    {
        Op[] ops = [.. OpCase.All.Values.Select(c => c.Op).Where(o => o.GetType().Name == type)];
        Assert.NotEmpty(ops);
        foreach (Op a in ops)
        {
            OpAttributes attributes = Assert.IsType<OpAttributes>(a.Attributes);
            Assert.Equal(attributes, a.With(attributes)?.Attributes ?? attributes);
            Assert.All(ops, b => Assert.Equal(Fields(a) == Fields(b), attributes.Equals(b.Attributes)));

            // Fields that all samples share must be told as well: as many numbers at least, unless a subclass fixes them.
            int own = Parts(a.GetType(), a).Count();
            Assert.True(attributes.Sum(x => Math.Max(1, x.Numbers.Count)) >= own, $"{type} has {own} fields and says {attributes}");
        }
    }

    private static string Fields(object value) => string.Join(' ', All(value).Order(StringComparer.Ordinal));

    private static IEnumerable<string> All(object value)
    {
        for (Type? type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (string part in Parts(type, value))
            {
                yield return $"{type.Name} {part}";
            }
        }
    }

    // A field of several parts is taken apart; fields that one type alone has stand for its attributes.
    private static IEnumerable<string> Parts(Type type, object value) => type
        .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Select(f => $"{f.Name} {Text(f.GetValue(value))}");

    private static string Text(object? value) => value switch
    {
        null => "none",
        int[] numbers => string.Join(' ', numbers),
        Shape shape => shape.ToString(),
        IFormattable simple => simple.ToString(null, CultureInfo.InvariantCulture),
        bool choice => choice.ToString(),
        _ => Fields(value),
    };
}
