using System.Diagnostics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

/// <summary>Walks the tape from a result to the leaves, each op once, after everything that used its outputs.</summary>
internal static class BackwardPass
{
    /// <param name="root">The result.</param>
    /// <param name="gradient">Its gradient; null for 1.</param>
    /// <param name="retainGraph">Whether the tape can be passed again.</param>
    /// <param name="sought">Whose gradients are asked for instead of the leaves', which stay as they are then; null for the leaves'.</param>
    /// <param name="arrivals">Is told what comes to the leaves; null for nobody.</param>
    public static void Run(Tensor root, Tensor? gradient, bool retainGraph, SoughtGradients? sought = null, LeafArrivals? arrivals = null)
    {
        if (!root.RequiresGrad)
        {
            throw new FoveaException(
                $"Backward: expected a result of recorded ops, got {root.Spec}, which requires no gradient; "
                + "check RequiresGrad of the inputs and NoGrad around the forward pass.");
        }

        if (root.GradNode is not { } start)
        {
            Arrive(root, Seed(root, gradient), sought, arrivals);
            return;
        }

        sought?.Trace(start);
        arrivals?.Trace(start);
        Tensor seed = Seed(root, gradient);
        var ready = new PriorityQueue<Node, long>();
        Give(start, root.GradIndex, seed, ready);
        try
        {
            while (ready.TryDequeue(out Node? node, out _))
            {
                node.IsQueued = false;
                try
                {
                    Visit(node, ready, retainGraph, sought, arrivals);
                }
                finally
                {
                    node.DropUser();
                }
            }
        }
        finally
        {
            // Only after an error is anything left: gradients that would otherwise wait in their nodes for a pass that never comes.
            while (ready.TryDequeue(out Node? node, out _))
            {
                node.IsQueued = false;
                ClearGrads(node);
                node.DropUser();
            }
        }
    }

    /// <summary>
    /// Adds <paramref name="grad"/>, which is taken over, to <paramref name="sum"/>, which is null, or overwritten if unshared.
    /// </summary>
    public static Tensor Add(Tensor? sum, Tensor grad)
    {
        if (sum is null)
        {
            return grad;
        }

        Tensor target = sum.Storage.IsExclusive ? sum : grad.Storage.IsExclusive ? grad : BackwardContext.NewGrad(sum.Spec);
        if (sum.DType == DType.Float32)
        {
            Zip.Run(sum.AsSpan<float>(), grad.AsSpan<float>(), target.AsSpan<float>(), default(Add));
        }
        else
        {
            Zip.Run(sum.AsSpan<double>(), grad.AsSpan<double>(), target.AsSpan<double>(), default(Add));
        }

        if (target != sum)
        {
            sum.Dispose();
        }

        if (target != grad)
        {
            grad.Dispose();
        }

        return target;
    }

    private static void Visit(Node node, PriorityQueue<Node, long> ready, bool retainGraph, SoughtGradients? sought, LeafArrivals? arrivals)
    {
        if (sought is null)
        {
            ShowRetained(node);
        }
        else if (!sought.TakeAt(node))
        {
            ClearGrads(node);
            return;
        }

        if (node.IsReleased)
        {
            ClearGrads(node);
            throw Released(node);
        }

        var context = new BackwardContext(node, retainGraph, sought);
        long start = node.Traced is null ? 0 : Stopwatch.GetTimestamp();
        try
        {
            try
            {
                node.Op.Backward(context);
            }
            finally
            {
                ClearGrads(node);
            }

            if (node.Traced is { } traced)
            {
                traced.BackwardElapsed += Stopwatch.GetElapsedTime(start);
            }

            for (int i = 0; i < node.Edges.Length; i++)
            {
                if (context.GradInputs[i] is { } grad)
                {
                    context.GradInputs[i] = null;
                    Send(node.Edges[i], grad, ready, sought, arrivals);
                }
            }
        }
        finally
        {
            context.Release();
        }

        if (!retainGraph)
        {
            node.Release();
        }
    }

    /// <summary>The error of a pass that meets what an earlier one gave back.</summary>
    public static FoveaException Released(Node node) =>
        new($"Backward: the tape at {node.Op.Name} was released by an earlier backward pass; pass retainGraph: true to that one.");

    private static void Send(Node.Edge edge, Tensor grad, PriorityQueue<Node, long> ready, SoughtGradients? sought, LeafArrivals? arrivals)
    {
        if (sought?.LeadsThrough(edge) == false)
        {
            grad.Dispose();
        }
        else if (edge.Node is not null)
        {
            Give(edge.Node, edge.Index, grad, ready);
        }
        else if (edge.Leaf is not null)
        {
            Arrive(edge.Leaf, grad, sought, arrivals);
        }
        else
        {
            grad.Dispose();
        }
    }

    private static void Arrive(Tensor leaf, Tensor grad, SoughtGradients? sought, LeafArrivals? arrivals)
    {
        if (sought is null)
        {
            leaf.Accumulate(grad);
            arrivals?.Count(leaf);
        }
        else
        {
            sought.Take(leaf, grad);
        }
    }

    private static void ShowRetained(Node node)
    {
        for (int i = 0; i < node.Retained?.Length; i++)
        {
            if (node.Retained[i] is not { } tensor)
            {
                continue;
            }

            foreach (Tensor? grad in (ReadOnlySpan<Tensor?>)[node.Grads[i], node.MoreGrads?[i]])
            {
                if (grad is not null)
                {
                    tensor.Accumulate(grad.ShareOutsideScope());
                }
            }
        }
    }

    private static void Give(Node node, int index, Tensor grad, PriorityQueue<Node, long> ready)
    {
        if (node.Grads[index] is null || !node.Op.TakesGradientParts)
        {
            node.Grads[index] = Add(node.Grads[index], grad);
        }
        else
        {
            node.MoreGrads ??= new Tensor?[node.Grads.Length];
            node.MoreGrads[index] = Add(node.MoreGrads[index], grad);
        }

        if (!node.IsQueued)
        {
            node.IsQueued = true;
            node.AddUser();
            ready.Enqueue(node, -node.Id);
        }
    }

    private static void ClearGrads(Node node)
    {
        foreach (Tensor? grad in node.Grads)
        {
            grad?.Dispose();
        }

        Array.Clear(node.Grads);
        foreach (Tensor? grad in node.MoreGrads ?? [])
        {
            grad?.Dispose();
        }

        node.MoreGrads = null;
    }

    private static Tensor Seed(Tensor root, Tensor? gradient)
    {
        if (gradient is not null)
        {
            if (gradient.Shape != root.Shape)
            {
                throw new ShapeException("Backward", $"a gradient of the result's shape {root.Shape}", gradient.Shape.ToString());
            }

            if (gradient.DType != root.DType)
            {
                throw new DTypeException("Backward", root.DType.ToString(), gradient.DType.ToString());
            }

            return gradient.ShareOutsideScope();
        }

        if (root.Elements != 1)
        {
            throw new ShapeException(
                "Backward", "a result of one element when no gradient is given", root.Shape.ToString(), "reduce it, or pass its gradient");
        }

        return BackwardContext.NewGrad(root.Spec).Fill(1);
    }
}
