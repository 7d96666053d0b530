// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Channel, Side, Signature, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice Gas of whole transactions, cold, beside the least that one can do: 21,000 + cold storage writes + ecrecovers + calldata. Each is a
/// transaction of its own (isolate), as on a chain.
/// forge-config: default.isolate = true
contract GasTest is ChannelTest {
    uint256 private constant TRANSACTION = 21_000;
    uint256 private constant ECRECOVER = 3_000;
    /// @dev EIP-2929: cold 2,100 with EIP-2200's 20,000 from zero and 2,900 from a value; EIP-3529 gives 4,800 back for a clearing.
    uint256 private constant WRITE_NEW = 22_100;
    uint256 private constant WRITE_OLD = 5_000;
    uint256 private constant CLEARED = 4_800;

    function setUp() public override {
        super.setUp();
        // As on a used contract: the counter and the token's record have been written before, the parties hold nothing.
        _open(1, 0);
    }

    function test_open() external {
        bytes memory call = abi.encodeCall(manager.open, (a, b, address(token), 1_000_000));
        _fund(token, 1_000_000);
        // The channel, the counter, the token's record; the token's own: two balances and the allowance.
        _measure("open", FUNDER, call, WRITE_NEW + 2 * WRITE_OLD + 3 * WRITE_OLD, 0, 0);
    }

    function test_close() external {
        Channel memory channel = _open(500_000_000, 500_000_000);
        State memory state = _state(channel, 1_000, 123_456_789);
        bytes32 hash = manager.stateHash(_id(channel), state);
        Signature memory demand = _sign(keyA, manager.closeDigest(hash, START + 600));
        bytes memory call = abi.encodeCall(manager.close, (channel, state, Side.A, START + 600, demand, _sign(keyB, channel, state)));
        // Nonce and window; the state's hash.
        _measure("close", TOWER, call, 2 * WRITE_NEW, 2, 0);
    }

    function test_challenge() external {
        Channel memory channel = _open(500_000_000, 500_000_000);
        _close(channel, _state(channel, 1_000, 123_456_789));
        State memory state = _state(channel, 1_001, 234_567_891);
        bytes memory call = abi.encodeCall(manager.challenge, (channel, state, _sign(keyA, channel, state), _sign(keyB, channel, state)));
        VM.warp(START + 1 hours);
        _measure("challenge", TOWER, call, 2 * WRITE_OLD, 2, 0);
    }

    function test_settle() external {
        Channel memory channel = _open(500_000_000, 500_000_000);
        State memory state = _state(channel, 1_000, 123_456_789);
        _close(channel, state);
        VM.warp(START + WINDOW);
        // Two new credits; deposits, nonce and hash are cleared.
        _measure("settle", TOWER, abi.encodeCall(manager.settle, (channel, state)), 2 * WRITE_NEW + 3 * WRITE_OLD, 0, 3 * CLEARED);
    }

    /// @notice Ten channels of one key with ten others, in one transaction: the key's own credit is a new slot once.
    function test_settleTen() external {
        bytes[] memory calls = new bytes[](10);
        for (uint256 i = 0; i < calls.length; ++i) {
            Channel memory channel = _open(500_000_000, 500_000_000);
            State memory state = _state(channel, 1_000, 123_456_789);
            _close(channel, state);
            calls[i] = abi.encodeCall(manager.settle, (channel, state));
        }
        VM.warp(START + WINDOW);
        VM.prank(TOWER);
        manager.multicall(calls);
        uint256 used = VM.snapshotGasLastCall("gas", "settleTen");
        VM.assertLe(used * 5, 2 * 10 * 80_540, "ten in one take more than two fifths of ten alone");
    }

    function _measure(string memory name, address sender, bytes memory call, uint256 writes, uint256 signatures, uint256 refund) private {
        VM.prank(sender);
        (bool done,) = address(manager).call(call);
        VM.assertTrue(done, name);
        uint256 used = VM.snapshotGasLastCall("gas", name);
        uint256 least = TRANSACTION + writes + signatures * ECRECOVER + _calldata(call) - refund;
        VM.snapshotValue("gas", string.concat(name, ".least"), least);
        VM.assertEq(used, VM.lastCallGas().gasTotalUsed, "gas of the last call");
        VM.assertLe(used * 10, least * 12, string.concat(name, " takes more than 1.2 times the least"));
    }

    function _calldata(bytes memory call) private pure returns (uint256 gas) {
        for (uint256 i = 0; i < call.length; ++i) {
            gas += call[i] == 0 ? 4 : 16;
        }
    }
}
