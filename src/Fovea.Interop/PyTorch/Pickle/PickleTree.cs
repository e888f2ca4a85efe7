namespace Fovea.Io.PyTorch;

/// <summary>Walks over what a pickle holds.</summary>
internal static class PickleTree
{
    private const int Open = -1;

    /// <summary>
    /// Demands that no container holds itself, that none is nested deeper than <see cref="PickleLimits.Depth"/>, and that only data
    /// are left. Each container is looked at once however often it is shared, and without recursion.
    /// </summary>
    public static void Check(PickleValue root)
    {
        // The height of each container: 1 for one that holds no other.
        var heights = new Dictionary<PickleValue, int>(ReferenceEqualityComparer.Instance);
        var path = new Stack<(PickleValue Container, int Next, int Height)>();
        if (Visit(root, heights) is Open)
        {
            path.Push((root, 0, 1));
        }

        while (path.Count > 0)
        {
            (PickleValue container, int next, int height) = path.Pop();
            if (next == ChildCount(container))
            {
                heights[container] = height;
                if (path.TryPop(out var parent))
                {
                    path.Push(parent with { Height = Raise(parent.Height, height) });
                }

                continue;
            }

            PickleValue child = Child(container, next);
            int known = Visit(child, heights);
            path.Push((container, next + 1, known is Open ? height : Raise(height, known)));
            if (known is Open)
            {
                // The path itself is a chain of containers: a deep one is refused before it is walked to its end.
                Raise(path.Count + 1, 0);
                path.Push((child, 0, 1));
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

            for (int i = ChildCount(value) - 1; i >= 0; i--)
            {
                if (found.Add(Child(value, i)))
                {
                    open.Push(Child(value, i));
                }
            }
        }

        return tensors;
    }

    // A leaf has the height 0. Open means: a container that is seen for the first time.
    private static int Visit(PickleValue value, Dictionary<PickleValue, int> heights)
    {
        if (value is PickleFunction or PickleStorageType or PickleStorage or PickleNumpyType)
        {
            throw new PickleException($"the pickle holds a {PickleException.Show(value.Kind)} as data; only tensors and plain data are read");
        }

        if (value is not (PickleSequence or PickleDict))
        {
            return 0;
        }

        if (heights.TryAdd(value, Open))
        {
            return Open;
        }

        return heights[value] is var height and not Open
            ? height
            : throw new PickleException($"the pickle holds a {value.Kind} that contains itself");
    }

    private static int Raise(int height, int child) => Math.Max(height, child + 1) is var raised and <= PickleLimits.Depth
        ? raised
        : throw new PickleException($"the pickle nests containers more than {PickleLimits.Depth} deep, which is the limit");

    private static int ChildCount(PickleValue value) => value switch
    {
        PickleSequence sequence => sequence.Items.Count,
        PickleDict dict => dict.Entries.Count * 2,
        _ => 0,
    };

    private static PickleValue Child(PickleValue value, int index) => value switch
    {
        PickleSequence sequence => sequence.Items[index],
        PickleDict dict => index % 2 == 0 ? dict.Entries[index / 2].Key : dict.Entries[index / 2].Value,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };
}
