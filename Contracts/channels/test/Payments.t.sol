// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Books} from "../src/Books.sol";
import {Signature} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice Pulling a credit to a named address.
contract PaymentsTest is ChannelTest {
    function setUp() public override {
        super.setUp();
        _withdraw(_open(100, 100), a, 60);
    }

    function test_pull_byTheParty_paysTheAddressItNames() external {
        VM.expectEmit(true, true, true, true, address(manager));
        emit Books.Pulled(a, address(token), PAYEE, 25);
        _pull(a, token, PAYEE, 25);
        _pull(a, token, FUNDER, 35);
        VM.assertEq(token.balanceOf(PAYEE), 25, "payee");
        _assertCredits(0, 0);
        VM.assertEq(_owed(token), 140, "owed");
        (, uint64 pulls) = manager.accounts(a, address(token));
        VM.assertEq(pulls, 2, "pulls");
    }

    function test_pull_bySignedOrder_isGoodForOneTime() external {
        Signature memory order = _sign(keyA, manager.pullDigest(address(token), PAYEE, 25, 0, START));
        VM.startPrank(TOWER);
        manager.pull(a, address(token), PAYEE, 25, START, order);
        VM.assertEq(token.balanceOf(PAYEE), 25, "payee");
        VM.expectRevert();
        manager.pull(a, address(token), PAYEE, 25, START, order);
        VM.assertEq(token.balanceOf(PAYEE), 25, "payee");
    }

    function test_pull_bySignedOrder_changedOrExpiredOrOfAnother_isRefused() external {
        Signature memory order = _sign(keyA, manager.pullDigest(address(token), PAYEE, 25, 0, START));
        Signature memory foreign = _sign(keyB, manager.pullDigest(address(token), PAYEE, 25, 0, START));
        VM.startPrank(TOWER);
        VM.expectRevert();
        manager.pull(a, address(token), TOWER, 25, START, order);
        VM.expectRevert();
        manager.pull(a, address(token), PAYEE, 26, START, order);
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, a, b));
        manager.pull(a, address(token), PAYEE, 25, START, foreign);
        VM.warp(START + 1);
        VM.expectRevert(abi.encodeWithSelector(Books.Expired.selector, START, START + 1));
        manager.pull(a, address(token), PAYEE, 25, START, order);
    }

    function test_pull_moreThanTheCredit_isRefused() external {
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.CreditShort.selector, 60, 61));
        manager.pull(a, address(token), PAYEE, 61, 0, _none());
    }

    function test_pull_toTheContractItself_isRefused() external {
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.TokenKept.selector, address(token), 10, 0));
        manager.pull(a, address(token), address(manager), 10, 0, _none());
        _assertCredits(60, 0);
    }
}
