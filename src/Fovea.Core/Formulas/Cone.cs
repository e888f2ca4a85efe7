using Fovea.Compilation;

namespace Fovea.Formulas;

/// <summary>The steps between a value and a step that follows from it.</summary>
internal static class Cone
{
    /// <summary>The constants (parameters) that a step and those before it read, back to a value, in the order of their use.</summary>
    /// <param name="from">Where to stop.</param>
    /// <param name="to">The last step.</param>
    /// <returns>Null when something else flows in.</returns>
    public static Value[]? Parameters(Value from, Step to)
    {
        var found = new List<Value>();
        return Collect(from, to, asRead: false, [], found) ? [.. found] : null;
    }

    /// <summary>The same, each in the shape in which it is read: a matrix that lies as the kernel of a 1×1 convolution is a matrix.</summary>
    /// <inheritdoc cref="Parameters"/>
    public static Value[]? ParametersAsRead(Value from, Step to)
    {
        var found = new List<Value>();
        return Collect(from, to, asRead: true, [], found) ? [.. found] : null;
    }

    /// <summary>The steps of an op that a step follows from, the step itself included, the latest first.</summary>
    public static IEnumerable<Step> StepsOf<TOp>(Step to)
        where TOp : Op
    {
        var seen = new HashSet<Step>();
        var waiting = new Queue<Step>([to]);
        while (waiting.TryDequeue(out Step? step))
        {
            if (!seen.Add(step))
            {
                continue;
            }

            if (step.Op is TOp)
            {
                yield return step;
            }

            foreach (Value input in step.Inputs)
            {
                if (input.Producer is { } before)
                {
                    waiting.Enqueue(before);
                }
            }
        }
    }

    /// <summary>A value, and what it is another shape of.</summary>
    public static IEnumerable<Value> Shapes(Value value)
    {
        for (Value? v = value; v is not null; v = v.Producer is { Op.IsView: true } view ? view.Inputs[0] : null)
        {
            yield return v;
        }
    }

    private static bool Collect(Value from, Step to, bool asRead, HashSet<Step> seen, List<Value> found)
    {
        if (!seen.Add(to))
        {
            return true;
        }

        foreach (Value input in to.Inputs)
        {
            if (input == from)
            {
                continue;
            }

            if ((asRead ? Shapes(input).Last() : input).Constant is not null)
            {
                if (!found.Contains(input))
                {
                    found.Add(input);
                }
            }
            else if (input.Producer is null || !Collect(from, input.Producer, asRead, seen, found))
            {
                return false;
            }
        }

        return true;
    }
}
