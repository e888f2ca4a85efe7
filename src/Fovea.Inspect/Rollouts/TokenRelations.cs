using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>The relations of a transformer's tokens, layer by layer, and the way from their product to a map over the picture.</summary>
internal sealed class TokenRelations
{
    private readonly bool _takesMean;
    private readonly AttentionSite _last;

    private TokenRelations(Module model, List<AttentionSite> layers)
    {
        (Layers, _last) = (layers, layers[^1]);

        // What is classified: the class token, unless the tokens' mean is.
        _takesMean = Grid.Prefix == 0 || model.NamedModules().Any(m => m.Value is VisionTransformer { Pool: TokenPool.Mean });
    }

    /// <summary>One for each layer, in order.</summary>
    public IReadOnlyList<AttentionSite> Layers { get; }

    /// <summary>How the tokens lie.</summary>
    public SiteGrid Grid => _last.Keys;

    /// <summary>Number of tokens.</summary>
    public int Tokens => Grid.Prefix + Grid.Cells;

    /// <summary>Those of a run.</summary>
    /// <exception cref="OptionException">The model is no transformer whose tokens lie on one grid.</exception>
    public static TokenRelations Of(string method, Module model, IReadOnlyList<AttentionSite> sites)
    {
        // Tokens are [B, L, E], what looks and what is looked at is the same.
        AttentionSite[] all = [.. sites.Where(s => s is { Relation.Output.Rank: 3 } && s.Queries == s.Keys && s.Keys is { Height: > 1 } or { Width: > 1 })];
        List<AttentionSite> layers = [.. all.Where(s => s.Keys == all[^1].Keys)];
        return layers.Count > 0 ? new TokenRelations(model, layers) : throw new OptionException(method,
            "expected a transformer whose tokens lie on a grid over the picture, got a model without such relations; take a class activation map instead.");
    }

    /// <summary>The product of the layers' matrices, the last one leftmost: how much of each token's beginning is in each token's end.</summary>
    /// <param name="layer">The matrix of a layer, by its relation and its number, [tokens, tokens], without the identity, which stands for the connection past the attention.</param>
    /// <param name="normalizes">Whether each row of it and the identity is made to add up to 1.</param>
    public double[] Product(Func<RelationMap, int, double[]> layer, bool normalizes)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Tensor? product = null;
        for (int l = 0; l < Layers.Count; l++)
        {
            double[] weights = layer(Layers[l].Relation!, l);
            for (int i = 0; i < Tokens; i++)
            {
                Span<double> row = weights.AsSpan(i * Tokens, Tokens);
                row[i] += 1;
                double sum = 0;
                foreach (double weight in row)
                {
                    sum += weight;
                }

                for (int j = 0; normalizes && j < row.Length; j++)
                {
                    row[j] /= sum;
                }
            }

            Tensor matrix = Tensor.From(weights, [Tokens, Tokens]);
            product = product is null ? matrix : matrix.MatMul(product);
        }

        return product!.ToArray<double>();
    }

    /// <summary>A matrix of tokens, row by row: each row is computed by itself, on whatever thread.</summary>
    public double[] Rows(Action<int, Span<double>> fill)
    {
        double[] matrix = new double[Tokens * Tokens];
        Parallel.For(0, Tokens, row => fill(row, matrix.AsSpan(row * Tokens, Tokens)));
        return matrix;
    }

    /// <summary>The row of what is classified, on the grid.</summary>
    public ScalarMap Map(string method, double[] rollout)
    {
        float[] values = new float[Grid.Cells];
        int rows = _takesMean ? Tokens : 1;
        for (int cell = 0; cell < values.Length; cell++)
        {
            double sum = 0;
            for (int row = 0; row < rows; row++)
            {
                sum += rollout[(row * Tokens) + Grid.Prefix + cell];
            }

            values[cell] = (float)(sum / rows);
        }

        return new ScalarMap(method, _last.Name, Grid.Height, Grid.Width, values);
    }
}
