// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LockKind} from "./ChannelTypes.sol";

/// @title When which secret became public on this chain
/// @notice Anybody may register a secret at any moment; the first time counts and stays. One registration serves every channel and every hop
/// of a route. Registering is all that a payee must do in time: its channel may settle at any later moment.
/// @dev Threats: a registration is public from the moment it is sent, so a payee that registers has given its secret to the hop behind it
/// whether or not it is mined in time; register well before the expiry. Times are block.timestamp in seconds: on a rollup, the sequencer's.
abstract contract SecretRegistry {
    /// @dev Order of secp256k1, x of its generator, and 27 plus the parity of the generator's y (SEC 2, section 2.4.1).
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant GENERATOR_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
    uint8 private constant GENERATOR_V = 27;

    /// @notice The second at which a target's secret was registered, or 0.
    mapping(LockKind kind => mapping(bytes32 target => uint256 time)) public registeredAt;

    /// @notice A secret was registered for the first time.
    /// @param kind What it opens.
    /// @param target The hash, or the point's address.
    /// @param secret The preimage, or the scalar.
    event Registered(LockKind indexed kind, bytes32 indexed target, bytes32 secret);

    /// @notice The scalar is zero or not below the order of the group.
    error ScalarOutOfRange(uint256 scalar);

    /// @notice Registers the preimages (32 bytes each) of SHA-256 hashes. One that is known already changes nothing.
    /// @param preimages The preimages.
    function registerPreimages(bytes32[] calldata preimages) external {
        for (uint256 i = 0; i < preimages.length; ++i) {
            _register(LockKind.Hash, sha256(abi.encode(preimages[i])), preimages[i]);
        }
    }

    /// @notice Registers the discrete logarithms of points. One that is known already changes nothing.
    /// @param scalars Each from 1 to the group's order less one.
    function registerScalars(uint256[] calldata scalars) external {
        for (uint256 i = 0; i < scalars.length; ++i) {
            _register(LockKind.Point, bytes32(uint256(uint160(pointOf(scalars[i])))), bytes32(scalars[i]));
        }
    }

    /// @notice The address of scalar · G. The precompile answers the address of (s·R − z·G) / r: with z = 0, R = G and s = r · scalar that is
    /// the address of scalar · G.
    /// @param scalar From 1 to the group's order less one.
    /// @return The address.
    function pointOf(uint256 scalar) public pure returns (address) {
        if (scalar == 0 || scalar >= ORDER) revert ScalarOutOfRange(scalar);
        return ecrecover(0, GENERATOR_V, bytes32(GENERATOR_X), bytes32(mulmod(scalar, GENERATOR_X, ORDER)));
    }

    function _register(LockKind kind, bytes32 target, bytes32 secret) private {
        if (registeredAt[kind][target] != 0) return;
        registeredAt[kind][target] = block.timestamp;
        emit Registered(kind, target, secret);
    }
}
