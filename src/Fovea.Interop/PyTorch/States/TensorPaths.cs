using System.Globalization;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>Names every tensor of a file by its path.</summary>
internal sealed class TensorPaths
{
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Dictionary<PickleContainer, int[]> _branches = new(ReferenceEqualityComparer.Instance);
    private readonly StringBuilder _path = new();
    private readonly ParseBudget _budget;

    private TensorPaths(ParseBudget budget) => _budget = budget;

    /// <summary>Every tensor by its path.</summary>
    public static IReadOnlyDictionary<string, Tensor> Of(PickleValue root, ParseBudget budget)
    {
        var paths = new TensorPaths(budget);
        paths.Walk(root);
        return paths._tensors;
    }

    // Recursion is safe: the tree is at most PickleLimits.Depth deep. A container that is shared has as many paths as it has places, and
    // so many names; what holds no tensor is passed by.
    private void Walk(PickleValue value)
    {
        _budget.Walk(1);
        if (value is PickleTensor tensor)
        {
            _budget.WalkText(_path.Length);
            _budget.Take(PickleLimits.EntryBytes + sizeof(char) * (long)_path.Length);
            if (!_tensors.TryAdd(_path.ToString(), tensor.Value))
            {
                throw new PickleException($"two tensors have the path '{ErrorText.Of(_path.ToString())}'; take the one you need from Root");
            }

            return;
        }

        if (value is not PickleContainer { HoldsTensors: true } container)
        {
            return;
        }

        int length = _path.Length;
        bool isDict = StateDictSearch.AsDict(container) is not null;
        foreach (int i in Branches(container))
        {
            string name = isDict ? Name(container.Child(i - 1)) : i.ToString(CultureInfo.InvariantCulture);
            _budget.WalkText(name.Length);
            if (length > 0)
            {
                _path.Append('.');
            }

            _path.Append(name);
            Walk(container.Child(i));
            _path.Length = length;
        }
    }

    // The children that lead to tensors, found once for each container.
    private int[] Branches(PickleContainer container)
    {
        if (!_branches.TryGetValue(container, out int[]? found))
        {
            _budget.Walk(container.ChildCount);
            int first = StateDictSearch.AsDict(container) is null ? 0 : 1;
            found = [.. Enumerable.Range(0, container.ChildCount).Where(i => i % (first + 1) == first && container.Child(i) is PickleTensor or PickleContainer { HoldsTensors: true })];
            _branches.Add(container, found);
        }

        return found;
    }

    private static string Name(PickleValue key) => key is PickleText text ? text.Value : key.ToString() ?? key.Kind;
}
