namespace Fovea.Contract.Tests.Ops;

/// <summary>
/// Inputs that do not fit, made by changing one thing about inputs that do: the op refuses with an error of its own, or it takes them
/// and then runs in both directions.
/// </summary>
public sealed class OpRefusalTests
{
    private const int LargestCase = 4096;

    public static TheoryData<string> Cases => [.. OpCase.All.Values.Where(c => c.Elements <= LargestCase).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_changed_input_is_refused_or_computed(string name)
    {
        OpCase c = OpCase.All[name];
        for (int input = 0; input < c.Sample.Inputs.Length; input++)
        {
            foreach (Shape shape in Changes(c.Sample.Inputs[input]))
            {
                Try(c, input, shape, DType.Float32);
            }

            Try(c, input, c.Sample.Inputs[input], DType.Float64);
            Try(c, input, c.Sample.Inputs[input], DType.Int64);
            Try(c, input, c.Sample.Inputs[input], DType.Bool);
        }
    }

    private static IEnumerable<Shape> Changes(Shape shape)
    {
        yield return [.. shape.Lengths, 1];
        yield return [.. shape.Lengths, 2];
        yield return [2, .. shape.Lengths];
        yield return [2, 2, 2, 2, .. shape.Lengths];
        if (shape.Rank > 0)
        {
            yield return [.. shape.Lengths[..^1]];
            yield return [.. shape.Lengths[1..]];
            yield return [];
        }

        for (int axis = 0; axis < shape.Rank; axis++)
        {
            yield return shape.With(axis, 0);
            yield return shape.With(axis, 1);
            yield return shape.With(axis, shape[axis] + 1);
            yield return shape.With(axis, shape[axis] * 2);
        }
    }

    private static void Try(OpCase c, int changed, Shape shape, DType dtype)
    {
        using TensorScope scope = TensorScope.Begin();
        var generator = new Generator(3);
        Tensor[] inputs = [.. c.Sample.Inputs.Select((s, i) => i == changed
            ? Tensor.Ones(shape, dtype)
            : c.MakeInput(i, s, DType.Float32, generator))];
        try
        {
            c.Op.Infer([.. inputs.Select(t => t.Spec)]);
        }
        catch (FoveaException refusal)
        {
            Assert.StartsWith(c.Op.Name, refusal.Message, StringComparison.Ordinal);
            return;
        }

        try
        {
            Passes.Backward(c, inputs, _ => c.Op.IsDifferentiable);
        }
        catch (FoveaException refusal)
        {
            // Values, such as labels out of range, are refused while they are read.
            Assert.StartsWith(c.Op.Name, refusal.Message, StringComparison.Ordinal);
        }
    }
}
