namespace Fovea.Io.PyTorch;

/// <summary>Walks over what a pickle holds. Every container is looked at once however often it is shared, and without recursion.</summary>
internal static class PickleTree
{
    private const int Open = -1;

    /// <summary>
    /// Demands that no container holds itself and that none is nested deeper than <see cref="PickleLimits.Depth"/>, and notes which hold
    /// tensors and inert objects.
    /// </summary>
    public static void Check(PickleValue root)
    {
        var path = new Stack<(PickleContainer Container, int Next, int Height)>();
        Enter(root);
        while (path.TryPop(out (PickleContainer Container, int Next, int Height) at))
        {
            if (at.Next == at.Container.ChildCount)
            {
                at.Container.Height = at.Height;
                continue;
            }

            // A child that is finished is looked at, one that is not is finished first.
            PickleValue child = at.Container.Child(at.Next);
            if (child is PickleContainer { Height: 0 })
            {
                path.Push(at);
                Enter(child);
                continue;
            }

            Note(at.Container, child);
            path.Push(at with { Next = at.Next + 1, Height = child is PickleContainer { Height: var height } ? Raise(height, at.Height) : at.Height });
        }

        void Enter(PickleValue value)
        {
            if (value is PickleContainer { Height: 0 } container)
            {
                container.Height = Open;
                path.Push((container, 0, 1));

                // The path itself is a chain of containers: a deep one is refused before it is walked to its end.
                Raise(path.Count - 1, 0);
            }
        }
    }

    /// <summary>Every tensor in the tree once, in the order of the file.</summary>
    public static IReadOnlyCollection<PickleTensor> Tensors(PickleValue root)
    {
        var found = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance) { root };
        var tensors = new List<PickleTensor>();
        var open = new Stack<PickleValue>([root]);
        while (open.TryPop(out PickleValue? value))
        {
            if (value is PickleTensor tensor)
            {
                tensors.Add(tensor);
            }

            if (value is PickleContainer { HoldsTensors: true } container)
            {
                for (int i = container.ChildCount - 1; i >= 0; i--)
                {
                    PickleValue child = container.Child(i);
                    if (child is PickleTensor or PickleContainer { HoldsTensors: true } && found.Add(child))
                    {
                        open.Push(child);
                    }
                }
            }
        }

        return tensors;
    }

    /// <summary>The height of a container that holds one of the given height.</summary>
    /// <exception cref="PickleException">It is too high.</exception>
    public static int Raise(int child, int height) => Math.Max(height, child + 1) is var raised and <= PickleLimits.Depth
        ? raised
        : throw new PickleException($"the pickle nests containers more than {PickleLimits.Depth} deep, which is the limit");

    private static void Note(PickleContainer container, PickleValue child)
    {
        switch (child)
        {
            case PickleContainer { Height: Open }:
                throw new PickleException($"the pickle holds a {ErrorText.Of(child.Kind)} that contains itself");
            case PickleTensor:
                container.HoldsTensors = true;
                break;
            case PickleContainer inner:
                container.HoldsTensors |= inner.HoldsTensors;
                container.HoldsObjects |= inner.HoldsObjects || inner is PickleObject;
                break;
        }
    }
}
